//! Random drafts of every kind.

use logs_domain::{
    ActorId, ActorType, AuditEventType, CausedBy, Checksum, Component, CorrelationId, Cost, Draft,
    DurationMs, EntityId, EntityType, ExecutionStatus, ExportFormat, ExportScope, LogExportOutcome,
    Model, NewAuditEntry, NewLlmRun, NewLogExport, NewSystemRecord, NewTrace, NewTraceStep,
    OutcomeCategory, Provider, Reason, RecordSource, RunId, SessionId, Severity, SkillName, SpanId,
    StepKey, StepPosition, Summary, SystemEventType, TokenCount, TraceId,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::pools::{json, optional, record_id, text_id, time, word};

pub(super) const COMPONENTS: &[Component] = &[Component::API, Component::WORKER];
pub(super) const SYSTEM_EVENTS: &[SystemEventType] =
    &[SystemEventType::ERROR, SystemEventType::DEPLOY];
pub(super) const AUDIT_EVENTS: &[AuditEventType] = &[
    AuditEventType::LIMIT_CREATED,
    AuditEventType::POLICY_RULE_CREATED,
];
pub(super) const ENTITY_TYPES: &[EntityType] = &[
    EntityType::POLICY_RULE,
    EntityType::POLICY_PROPOSAL,
    EntityType::LIMIT,
    EntityType::INCIDENT,
    EntityType::SIGNAL,
];

pub(super) fn run_id() -> impl Strategy<Value = RunId> + Clone {
    text_id().prop_map(|text| RunId::new(text).unwrap())
}

pub(super) fn trace_id() -> impl Strategy<Value = TraceId> + Clone {
    text_id().prop_map(|text| TraceId::new(text).unwrap())
}

pub(super) fn session_id() -> impl Strategy<Value = SessionId> + Clone {
    word(&["s", "S"], SessionId::MAX_BYTES, |text| {
        SessionId::new(text).unwrap()
    })
}

pub(super) fn provider() -> impl Strategy<Value = Provider> + Clone {
    word(&["p", "P"], Provider::MAX_BYTES, |text| {
        Provider::new(text).unwrap()
    })
}

pub(super) fn model() -> impl Strategy<Value = Model> + Clone {
    word(&["m", "M", "mé"], Model::MAX_BYTES, |text| {
        Model::new(text).unwrap()
    })
}

pub(super) fn correlation() -> impl Strategy<Value = CorrelationId> + Clone {
    word(&["c", "C"], CorrelationId::MAX_BYTES, |text| {
        CorrelationId::new(text).unwrap()
    })
}

pub(super) fn entity_id() -> impl Strategy<Value = EntityId> + Clone {
    word(&["e", "E"], EntityId::MAX_BYTES, |text| {
        EntityId::new(text).unwrap()
    })
}

pub(super) fn actor_id() -> impl Strategy<Value = ActorId> + Clone {
    word(&["x", "X"], ActorId::MAX_BYTES, |text| {
        ActorId::new(text).unwrap()
    })
}

fn llm_run() -> impl Strategy<Value = NewLlmRun> {
    let names = (run_id(), provider(), model());
    let words = (
        select(ExecutionStatus::ALL),
        select(RecordSource::ALL),
        any::<bool>(),
    );
    let tokens = optional(select(&[0, 1, 1 << 53][..]));
    let options = (
        optional(trace_id()),
        tokens.clone(),
        tokens,
        optional(select(&[0, 60_000, i64::MAX][..])),
        optional(time()),
        optional(run_id()),
        optional(json()),
        optional(session_id()),
    );
    (names, words, time(), options).prop_map(|((run_id, provider, model), words, time, options)| {
        let (status, source, is_synthetic) = words;
        let mut run = NewLlmRun::new(run_id, provider, model, status, time, source);
        run.is_synthetic = is_synthetic;
        let tokens = |count: Option<u64>| count.map(|count| TokenCount::new(count).unwrap());
        run.trace_id = options.0;
        run.input_tokens = tokens(options.1);
        run.output_tokens = tokens(options.2);
        run.cost = options.3.map(|nanos| Cost::from_nano_usd(nanos).unwrap());
        run.completed_at = options.4;
        run.parent_run_id = options.5;
        run.attributes = options.6;
        run.session_id = options.7;
        run
    })
}

fn trace() -> impl Strategy<Value = NewTrace> {
    let options = (optional(run_id()), optional(time()), optional(json()));
    (trace_id(), options).prop_map(|(trace_id, options)| {
        let mut trace = NewTrace::new(trace_id);
        trace.run_id = options.0;
        trace.started_at = options.1;
        trace.attributes = options.2;
        trace
    })
}

fn step_key() -> impl Strategy<Value = StepKey> + Clone {
    prop_oneof![
        (0..6_u32).prop_map(|n| StepKey::Position(StepPosition::new(n * 2).unwrap())),
        text_id().prop_map(|text| StepKey::Span(SpanId::new(text).unwrap())),
        // The same text as a position, in the other key space.
        Just(StepKey::Span(SpanId::new("2").unwrap())),
    ]
}

fn trace_step() -> impl Strategy<Value = NewTraceStep> {
    let trace = select(&["a", "A"][..]).prop_map(|text| TraceId::new(text).unwrap());
    let words = (
        word(&["s", "S"], SkillName::MAX_BYTES, |text| {
            SkillName::new(text).unwrap()
        }),
        select(ExecutionStatus::ALL),
        word(&["ok", "no"], OutcomeCategory::MAX_BYTES, |text| {
            OutcomeCategory::new(text).unwrap()
        }),
    );
    let options = (
        optional(select(&[0, i64::MAX][..])),
        optional(json()),
        optional(step_key()),
    );
    let key = (trace, step_key(), time());
    (key, words, 0..3_u64, options).prop_map(|((trace, key, time), words, duration, options)| {
        let (skill, status, outcome) = words;
        let mut step = NewTraceStep::new(
            trace,
            key,
            time,
            skill,
            status,
            outcome,
            DurationMs::new(duration).unwrap(),
        );
        step.cost = options.0.map(|nanos| Cost::from_nano_usd(nanos).unwrap());
        step.attributes = options.1;
        step.parent = options.2;
        step
    })
}

pub(super) fn system_record() -> impl Strategy<Value = NewSystemRecord> {
    let words = (
        select(COMPONENTS),
        select(SYSTEM_EVENTS),
        select(Severity::ALL),
    );
    let options = (
        optional(json()),
        optional(select(CausedBy::ALL)),
        optional(correlation()),
        optional(time()),
    );
    let summary = word(&["s"], Summary::MAX_BYTES, |text| {
        Summary::new(text).unwrap()
    });
    let all = (record_id(), summary, words, options);
    all.prop_map(|(id, summary, (component, event, severity), options)| {
        let mut record = NewSystemRecord::new(id, component, event, severity, summary);
        record.details = options.0;
        record.caused_by = options.1;
        record.correlation_id = options.2;
        record.occurred_at = options.3;
        record
    })
}

fn audit_entry() -> impl Strategy<Value = NewAuditEntry> {
    let words = (
        select(AUDIT_EVENTS),
        select(ENTITY_TYPES),
        entity_id(),
        select(ActorType::ALL),
    );
    let options = (
        optional(actor_id()),
        optional(word(&["two\nlines"], Reason::MAX_BYTES, |text| {
            Reason::new(text).unwrap()
        })),
        optional(json()),
        optional(json()),
        optional(correlation()),
        optional(time()),
        optional(json()),
    );
    (record_id(), words, options).prop_map(|(id, (event, entity, entity_id, actor), options)| {
        let mut entry = NewAuditEntry::new(id, event, entity, entity_id, actor);
        entry.actor_id = options.0;
        entry.action_reason = options.1;
        entry.before_state = options.2;
        entry.after_state = options.3;
        entry.correlation_id = options.4;
        entry.occurred_at = options.5;
        entry.attributes = options.6;
        entry
    })
}

fn log_export() -> impl Strategy<Value = NewLogExport> {
    let words = (
        select(ExportScope::ALL),
        select(&ExportFormat::ALL[..2]),
        actor_id(),
    );
    (record_id(), words)
        .prop_map(|(id, (scope, format, actor))| NewLogExport::new(id, scope, format, actor))
}

/// A draft of any kind.
pub(super) fn draft() -> impl Strategy<Value = Draft> {
    prop_oneof![
        6 => llm_run().prop_map(Draft::from),
        4 => trace().prop_map(Draft::from),
        6 => trace_step().prop_map(Draft::from),
        3 => system_record().prop_map(Draft::from),
        4 => audit_entry().prop_map(Draft::from),
        2 => log_export().prop_map(Draft::from),
    ]
}

/// The outcome of an export that may or may not be there: it costs the whole batch when it is not.
pub(super) fn outcome() -> impl Strategy<Value = Draft> {
    (record_id(), any::<bool>(), time()).prop_map(|(id, completed, time)| match completed {
        true => LogExportOutcome::completed(id, Checksum::new("sha256:0").unwrap(), time).into(),
        false => LogExportOutcome::failed(id, Reason::new("full").unwrap()).into(),
    })
}

/// An export and its outcome.
pub(super) fn export_with_outcome() -> impl Strategy<Value = [Draft; 2]> {
    (log_export(), any::<bool>()).prop_map(|(export, first)| {
        let reason = Reason::new("full").unwrap();
        let outcome = Draft::from(LogExportOutcome::failed(export.id, reason));
        let export = Draft::from(export);
        if first {
            [outcome, export]
        } else {
            [export, outcome]
        }
    })
}
