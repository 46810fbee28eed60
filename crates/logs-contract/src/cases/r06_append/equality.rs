//! Which records are equal.

use std::time::Duration;

use logs_domain::{Draft, OnConflict, RecordKind, RecordOutcome, RecordReference};

use crate::CaseContext;
use crate::appends::{append, batch, conflicts, outcomes};
use crate::case::cases;
use crate::samples::{json, run, system, tenant};
use crate::variants::{bare, changed_in_one_field, full, full_span, needed_before};

macro_rules! cases_of_kinds {
    ($($kind:literal $variant:ident),+ $(,)?) => {
        /// The cases of this file for every kind of record.
        pub(super) const CASES_OF_KINDS: &[crate::Case] = &[$(
            crate::Case {
                name: concat!("r06_append_", $kind, "_of_equal_content_is_already_stored"),
                needs: &[],
                body: |case| Box::pin(equal_content_is_already_stored(case, RecordKind::$variant)),
            },
            crate::Case {
                name: concat!("r06_append_", $kind, "_conflicts_by_each_field_that_is_set"),
                needs: &[],
                body: |case| Box::pin(each_field_conflicts(case, full(RecordKind::$variant))),
            },
            crate::Case {
                name: concat!("r06_append_", $kind, "_conflicts_by_each_field_that_is_absent"),
                needs: &[],
                body: |case| Box::pin(each_field_conflicts(case, bare(RecordKind::$variant))),
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
    r06_append_span_step_conflicts_by_each_field,
    r06_append_does_not_compare_the_record_time,
    r06_append_compares_json_by_its_canonical_bytes,
    r06_append_tells_an_absent_time_from_the_record_time,
}

async fn equal_content_is_already_stored(case: &mut CaseContext, kind: RecordKind) {
    let store = case.store();
    for (name, draft) in [("full", full(kind)), ("bare", bare(kind))] {
        let tenant = tenant(name);
        if let Some(before) = needed_before(kind) {
            append(&*store, &tenant, [before]).await;
        }
        let first = append(&*store, &tenant, [draft.clone()]).await;
        case.clock().advance(Duration::from_secs(1));
        // The same content in another form: read again from indented JSON with reordered members.
        let value = serde_json::to_value(&draft).unwrap();
        let text = serde_json::to_string_pretty(&value).unwrap();
        let again = Draft::from_json(&text).unwrap();
        for on_conflict in [OnConflict::RejectCall, OnConflict::SkipRecord] {
            let receipt = store
                .append(&tenant, &batch([again.clone()]), on_conflict)
                .await;
            let receipt = receipt.unwrap();
            assert_eq!(
                outcomes(&receipt),
                [RecordOutcome::AlreadyStored],
                "{name} {kind}"
            );
            assert_eq!(receipt.records[0].created_at, first.records[0].created_at);
        }
    }
}

async fn each_field_conflicts(case: &mut CaseContext, draft: Draft) {
    let store = case.store();
    let tenant = tenant("a");
    if let Some(before) = needed_before(draft.kind()) {
        append(&*store, &tenant, [before]).await;
    }
    let first = append(&*store, &tenant, [draft.clone()]).await;
    let reference = [RecordReference {
        index: 0,
        key: draft.key(),
    }];
    for (field, changed) in changed_in_one_field(&draft) {
        let changed = batch([changed]);
        let outcome = store
            .append(&tenant, &changed, OnConflict::RejectCall)
            .await;
        assert_eq!(conflicts(outcome), reference, "{field}");
        let receipt = store
            .append(&tenant, &changed, OnConflict::SkipRecord)
            .await
            .unwrap();
        assert_eq!(outcomes(&receipt), [RecordOutcome::Conflict], "{field}");
        assert_eq!(
            receipt.records[0].created_at, first.records[0].created_at,
            "{field}"
        );
    }
    let again = store
        .append(&tenant, &batch([draft]), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(
        outcomes(&again),
        [RecordOutcome::AlreadyStored],
        "the first one stays"
    );
}

async fn r06_append_span_step_conflicts_by_each_field(case: &mut CaseContext) {
    each_field_conflicts(case, full_span()).await;
}

async fn r06_append_does_not_compare_the_record_time(case: &mut CaseContext) {
    let store = case.store();
    let drafts = || [Draft::from(run("r")), system(1).into()];
    let first = append(&*store, &tenant("a"), drafts()).await;
    for _ in 0..3 {
        case.clock().advance(Duration::from_secs(7));
        let again = store
            .append(&tenant("a"), &batch(drafts()), OnConflict::RejectCall)
            .await;
        let again = again.unwrap();
        assert_eq!(outcomes(&again), [RecordOutcome::AlreadyStored; 2]);
        assert_eq!(again.records[1].created_at, first.records[1].created_at);
    }
}

async fn r06_append_compares_json_by_its_canonical_bytes(case: &mut CaseContext) {
    let store = case.store();
    let with = |attributes: &str| batch([run("r").attributes(json(attributes))]);
    let first = r#"{"a":1,"b":{"c":"é","d":[1,2]}}"#;
    append(&*store, &tenant("a"), with(first).drafts().to_vec()).await;
    let equal = [
        r#" { "b" : { "d" : [ 1 , 2 ] , "c" : "é" } , "a" : 1 } "#,
        r#"{"a":1.0,"b":{"c":"\u00e9","d":[1e0,20e-1]}}"#,
    ];
    for text in equal {
        let outcome = store
            .append(&tenant("a"), &with(text), OnConflict::RejectCall)
            .await;
        assert_eq!(
            outcomes(&outcome.unwrap()),
            [RecordOutcome::AlreadyStored],
            "{text}"
        );
    }
    let decomposed = "{\"a\":1,\"b\":{\"c\":\"e\u{301}\",\"d\":[1,2]}}";
    let other = [
        decomposed,
        r#"{"a":"1","b":{"c":"é","d":[1,2]}}"#,
        r#"{"a":1,"b":{"c":"é","d":[2,1]}}"#,
        r#"{"a":1,"b":{"c":"É","d":[1,2]}}"#,
        r#"{"a":1,"b":{"c":"é","d":[1,2],"e":null}}"#,
        r#"{"a":true,"b":{"c":"é","d":[1,2]}}"#,
        r#"{"a":1.0000000000000002,"b":{"c":"é","d":[1,2]}}"#,
    ];
    for text in other {
        let outcome = store
            .append(&tenant("a"), &with(text), OnConflict::RejectCall)
            .await;
        assert_eq!(conflicts(outcome).len(), 1, "{text}");
    }
}

async fn r06_append_tells_an_absent_time_from_the_record_time(case: &mut CaseContext) {
    let store = case.store();
    let receipt = append(&*store, &tenant("a"), [system(1)]).await;
    let named = system(1).occurred_at(receipt.records[0].created_at);
    let outcome = store
        .append(&tenant("a"), &batch([named]), OnConflict::RejectCall)
        .await;
    assert_eq!(
        conflicts(outcome).len(),
        1,
        "what the producer did not say is not what it said"
    );
}
