//! Values come back as they were given.

use logs_domain::{
    ActorId, AuditEventType, Checksum, Cost, Draft, DurationMs, EntityId, LogExportOutcome, Model,
    OutcomeCategory, Provider, Reason, RecordKind, SkillName, StepPosition, Summary,
    SystemRecordSnapshot, TenantId, Timestamp, TokenCount,
};

use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::read_back::{assert_reads_back, assert_system_record};
use crate::samples::{
    audit, correlation, export, id, json, run, run_id, session_id, span, step, system, tenant,
    trace, trace_id, varied,
};
use crate::variants::{
    bare, changed_in_one_field, full, full_span, largest_of_every_kind, needed_before,
};

macro_rules! cases_of_kinds {
    ($($kind:literal $variant:ident),+ $(,)?) => {
        /// The cases of this file for every kind of record.
        pub(super) const CASES_OF_KINDS: &[crate::Case] = &[$(
            crate::Case {
                name: concat!("r07_durable_", $kind, "_comes_back_with_everything_set_and_with_nothing"),
                needs: &[],
                body: |case| Box::pin(comes_back(case, RecordKind::$variant)),
            },
            crate::Case {
                name: concat!("r07_durable_", $kind, "_comes_back_with_every_value_of_each_field"),
                needs: &[],
                body: |case| Box::pin(every_value_comes_back(case, RecordKind::$variant)),
            }
        ),+];
    };
}

cases_of_kinds! {
    "llm_run" LlmRun,
    "trace" Trace,
    "trace_step" TraceStep,
    "system_record" SystemRecord,
    "audit_entry" AuditEntry,
    "log_export" LogExport,
    "log_export_outcome" LogExportOutcome,
}

cases! {
    r07_durable_span_steps_come_back,
    r07_durable_records_of_the_platform_come_back,
    r07_durable_numbers_come_back_at_their_limits,
    r07_durable_times_come_back_at_their_limits,
    r07_durable_texts_come_back_at_their_limits,
    r07_durable_largest_values_of_every_field_come_back_together,
    r07_durable_texts_come_back_whatever_they_hold,
    r07_durable_json_comes_back_byte_for_byte,
    r07_durable_json_of_the_largest_size_comes_back,
    r07_durable_ids_of_version_7_and_8_come_back,
}

/// Stores the draft for a tenant that has nothing else, and reads it back.
async fn round_trip(case: &CaseContext, name: &str, draft: Draft) {
    let store = case.store();
    let tenant = tenant(name);
    if let Some(before) = needed_before(draft.kind()) {
        append(&*store, &tenant, [before]).await;
    }
    let receipt = append(&*store, &tenant, [draft.clone()]).await;
    assert_reads_back(&*store, &tenant, &draft, receipt.records[0].created_at).await;
}

async fn comes_back(case: &mut CaseContext, kind: RecordKind) {
    round_trip(case, "full", full(kind)).await;
    round_trip(case, "bare", bare(kind)).await;
}

async fn every_value_comes_back(case: &mut CaseContext, kind: RecordKind) {
    for (base, draft) in [("full", full(kind)), ("bare", bare(kind))] {
        for (number, (_, changed)) in changed_in_one_field(&draft).into_iter().enumerate() {
            round_trip(case, &format!("{base} {number}"), changed).await;
        }
    }
}

async fn r07_durable_span_steps_come_back(case: &mut CaseContext) {
    round_trip(case, "a", full_span()).await;
    for (number, (_, changed)) in changed_in_one_field(&full_span()).into_iter().enumerate() {
        round_trip(case, &format!("b{number}"), changed).await;
    }
}

async fn r07_durable_records_of_the_platform_come_back(case: &mut CaseContext) {
    let store = case.store();
    let Draft::SystemRecord(record) = full(RecordKind::SystemRecord) else {
        panic!("a system record was asked for");
    };
    let receipt = append_platform(&*store, [record.clone()]).await;
    let created_at = receipt.records[0].created_at;
    let expected = SystemRecordSnapshot::from_parts(None, record, created_at);
    for name in ["a", "b", "platform"] {
        assert_system_record(&*store, &tenant(name), expected.clone()).await;
    }
}

async fn r07_durable_numbers_come_back_at_their_limits(case: &mut CaseContext) {
    for (number, cost) in [0, 1, 60_000, i64::MAX - 1, i64::MAX]
        .into_iter()
        .enumerate()
    {
        let cost = Cost::from_nano_usd(cost).unwrap();
        round_trip(
            case,
            &format!("run cost {number}"),
            run("r").cost(cost).into(),
        )
        .await;
        round_trip(
            case,
            &format!("step cost {number}"),
            step("t", 0).cost(cost).into(),
        )
        .await;
    }
    for (number, tokens) in [0, 1, (1 << 53) - 1, 1 << 53].into_iter().enumerate() {
        let tokens_of = TokenCount::new(tokens).unwrap();
        let draft = run("r").input_tokens(tokens_of).output_tokens(tokens_of);
        round_trip(case, &format!("tokens {number}"), draft.into()).await;
        let mut step = span("t", "s", 0);
        step.duration_ms = DurationMs::new(tokens).unwrap();
        round_trip(case, &format!("duration {number}"), step.into()).await;
    }
    for (number, position) in [0, 1, StepPosition::MAX].into_iter().enumerate() {
        let mut step = step("t", position);
        step.timestamp = crate::samples::at(0);
        round_trip(case, &format!("position {number}"), step.into()).await;
    }
}

async fn r07_durable_times_come_back_at_their_limits(case: &mut CaseContext) {
    let micros = |micros| Timestamp::from_micros(micros).unwrap();
    let times = [
        Timestamp::MIN,
        micros(-1),
        micros(0),
        micros(1),
        // A second before and after a leap second, and a microsecond before a new year.
        micros(1_483_228_799_999_999),
        micros(1_483_228_800_000_000),
        micros(4_102_444_799_999_999),
        Timestamp::MAX,
    ];
    for time in times {
        let name = time.to_string();
        let mut call = run("r").completed_at(time);
        call.started_at = time;
        let mut part = span("t", "s", 0);
        part.timestamp = time;
        let drafts: [Draft; 5] = [
            call.into(),
            trace("t").started_at(time).into(),
            part.into(),
            system(1).occurred_at(time).into(),
            audit(1).occurred_at(time).into(),
        ];
        for draft in drafts {
            round_trip(case, &format!("{} {name}", draft.kind()), draft).await;
        }
        let store = case.store();
        let tenant = tenant(&format!("export {name}"));
        let outcome = LogExportOutcome::completed(id(1), Checksum::new("c").unwrap(), time);
        append(
            &*store,
            &tenant,
            [Draft::from(export(1)), outcome.clone().into()],
        )
        .await;
        let exports = crate::lists::List::LogExports.all(&*store, &tenant).await;
        assert!(
            exports[0].contains(&format!("delivered_at: Some({name})")),
            "{exports:?}"
        );
    }
}

/// Stores a run, a step, a system record, an audit entry and an export, all of whose texts are
/// made from `text`, cut to the limit of each field.
async fn texts_round_trip(case: &CaseContext, name: &str, text: &str) {
    let cut = |bytes: usize| {
        let mut end = bytes.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    };
    let mut call = run(&cut(128))
        .trace_id(trace_id(&cut(128)))
        .session_id(session_id(&cut(128)))
        .parent_run_id(run_id(&cut(128)));
    call.provider = Provider::new(cut(128)).unwrap();
    call.model = Model::new(cut(256)).unwrap();
    let mut part = span(&cut(128), &cut(128), 0);
    part.skill_name = SkillName::new(cut(256)).unwrap();
    part.outcome_category = OutcomeCategory::new(cut(256)).unwrap();
    let mut record = system(1).correlation_id(correlation(&cut(512)));
    record.summary = Summary::new(cut(4096)).unwrap();
    record.component = logs_domain::Component::new(cut(128)).unwrap();
    record.event_type = logs_domain::SystemEventType::new(cut(128)).unwrap();
    let mut entry = audit(1)
        .actor_id(ActorId::new(cut(512)).unwrap())
        .action_reason(Reason::new(cut(4096)).unwrap())
        .correlation_id(correlation(&cut(512)));
    entry.event_type = AuditEventType::new(cut(128)).unwrap();
    entry.entity_type = logs_domain::EntityType::new(cut(128)).unwrap();
    entry.entity_id = EntityId::new(cut(512)).unwrap();
    let mut request = export(1);
    request.requested_by = ActorId::new(cut(512)).unwrap();
    let header = trace(&cut(128)).run_id(run_id(&cut(128)));
    let drafts: [Draft; 6] = [
        call.into(),
        header.into(),
        part.into(),
        record.into(),
        entry.into(),
        request.into(),
    ];
    for draft in drafts {
        round_trip(case, &format!("{} {name}", draft.kind()), draft).await;
    }
}

async fn r07_durable_texts_come_back_at_their_limits(case: &mut CaseContext) {
    texts_round_trip(case, "one", "x").await;
    texts_round_trip(case, "ascii", &"x".repeat(4096)).await;
    texts_round_trip(case, "two bytes", &"\u{e9}".repeat(2048)).await;
    texts_round_trip(case, "four bytes", &"\u{1f9ff}".repeat(1024)).await;
    // What stores keep in indexes does not shrink there, whatever they do with it.
    texts_round_trip(case, "varied", &varied(4096, 1)).await;
}

/// One batch in which every field of every kind is as large as it may be, of the longest tenant.
async fn r07_durable_largest_values_of_every_field_come_back_together(case: &mut CaseContext) {
    for seed in [1, 2] {
        let tenant = tenant(&varied(TenantId::MAX_BYTES, seed));
        let drafts = largest_of_every_kind(seed);
        let store = case.store();
        let receipt = append(&*store, &tenant, drafts.clone()).await;
        let created_at = receipt.records[0].created_at;
        // An outcome is a part of its export, which reads back with it.
        for draft in drafts
            .iter()
            .filter(|draft| draft.kind() != RecordKind::LogExport)
        {
            assert_reads_back(&*store, &tenant, draft, created_at).await;
        }
    }
}

async fn r07_durable_texts_come_back_whatever_they_hold(case: &mut CaseContext) {
    let texts = [
        " leading and trailing ",
        "quote ' \" ` \\ \\' \\n %s $1 ? :a {} [] NULL",
        "e\u{301} and \u{e9} stay apart",
        "\u{202e}right to left\u{202c} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{627}\u{644}",
        "\u{feff}\u{200b}\u{200d}\u{fffd}\u{fffe}\u{ffff}",
        "\u{10ffff}\u{e000}\u{1f468}\u{200d}\u{1f469}",
        "'; DROP TABLE llm_run; --",
    ];
    for (number, text) in texts.into_iter().enumerate() {
        texts_round_trip(case, &format!("{number}"), text).await;
    }
    let mut record = system(1);
    record.summary = Summary::new("line\nline\r\n\ttab \u{1}\u{7f}\u{85}").unwrap();
    round_trip(case, "control characters", record.into()).await;
}

async fn r07_durable_json_comes_back_byte_for_byte(case: &mut CaseContext) {
    let objects = [
        "{}",
        r#"{"":""}"#,
        r#"{"b":1,"a":2,"aa":3,"A":4}"#,
        r#"{"a":1e2,"b":1.0,"c":-0.0,"d":5e-324,"e":1e16,"f":1.7976931348623157e308}"#,
        r#"{"a":9007199254740992,"b":-9007199254740992,"c":0.1,"d":1e21,"e":1e-7,"f":123456789.125}"#,
        r#"{"a":null,"b":true,"c":false,"d":[],"e":{},"f":[null,[[]],{"a":{}}]}"#,
        r#"{"a":"\u0001\n\t\"\\\/","b":"é","c":"é","d":"😀","e":" "}"#,
        r#"{"\ufb33":1,"\ud83d\ude00":2,"\u0080":3,"é":4,"1":5,"10":6,"2":7}"#,
        r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}"#,
    ];
    for (number, text) in objects.into_iter().enumerate() {
        let object = json(text);
        let drafts: [Draft; 7] = [
            run("r").attributes(object.clone()).into(),
            step("t", 0).attributes(object.clone()).into(),
            system(1).details(object.clone()).into(),
            audit(1).before_state(object.clone()).into(),
            audit(1).after_state(object.clone()).into(),
            trace("t").attributes(object.clone()).into(),
            audit(1).attributes(object).into(),
        ];
        for (place, draft) in drafts.into_iter().enumerate() {
            round_trip(case, &format!("{number} {place}"), draft).await;
        }
    }
}

async fn r07_durable_json_of_the_largest_size_comes_back(case: &mut CaseContext) {
    let object = json(&format!(r#"{{"a":"{}"}}"#, "x".repeat(64 * 1024 - 8)));
    assert_eq!(object.as_bytes().len(), logs_domain::JsonObject::MAX_BYTES);
    let entry = audit(1)
        .before_state(object.clone())
        .after_state(object.clone())
        .attributes(object.clone());
    round_trip(case, "audit", entry.into()).await;
    round_trip(case, "system", system(1).details(object.clone()).into()).await;
    round_trip(case, "run", run("r").attributes(object.clone()).into()).await;
    round_trip(case, "trace", trace("t").attributes(object.clone()).into()).await;
    round_trip(case, "step", step("t", 0).attributes(object).into()).await;
    let nested = format!("{}{{}}{}", r#"{"a":"#.repeat(31), "}".repeat(31));
    round_trip(case, "depth", audit(2).after_state(json(&nested)).into()).await;
}

async fn r07_durable_ids_of_version_7_and_8_come_back(case: &mut CaseContext) {
    let texts = [
        "00000000-0000-7000-8000-000000000000",
        "018f4e5c-8f4e-7c3a-8b4e-0123456789ab",
        "ffffffff-ffff-8fff-bfff-ffffffffffff",
    ];
    for text in texts {
        let id = text.parse().unwrap();
        let (mut entry, mut record, mut request) = (audit(1), system(1), export(1));
        (entry.id, record.id, request.id) = (id, id, id);
        let drafts: [Draft; 3] = [entry.into(), record.into(), request.into()];
        for draft in drafts {
            round_trip(case, &format!("{} {text}", draft.kind()), draft).await;
        }
    }
}
