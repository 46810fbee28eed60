//! Drafts in which every field is as large as it may be.

use logs_domain::{
    ActorId, Checksum, Component, CorrelationId, Cost, Draft, DurationMs, EntityId, EntityType,
    JsonObject, LogExportOutcome, Model, OutcomeCategory, Provider, Reason, RecordKind, RunId,
    SessionId, SkillName, SpanId, StepPosition, Summary, Timestamp, TokenCount, TraceId,
};
use serde_json::{Value, json};

use super::{bare, from_members, members};
use crate::samples::{json as object, varied};

/// A draft of every kind, one of each, all of whose fields are as large as they may be; texts differ
/// by `seed`, and so does the key of the step: a span where it is odd, else a position.
pub(crate) fn largest_of_every_kind(seed: u64) -> Vec<Draft> {
    let with_members = |kind: &&RecordKind| **kind != RecordKind::LogExportOutcome;
    let kinds = RecordKind::ALL.iter().filter(with_members);
    let mut drafts: Vec<Draft> = kinds.map(|kind| largest(*kind, seed)).collect();
    drafts.push(largest_outcome(seed));
    drafts
}

fn largest(kind: RecordKind, seed: u64) -> Draft {
    let mut value = members(&bare(kind));
    for (place, (field, member)) in (0..).zip(value.iter_mut()) {
        let seed = seed + place * 100;
        match field.as_str() {
            // An export keeps the id that its outcome names.
            "id" => {}
            "entity_type" if kind == RecordKind::AuditEntry && seed.is_multiple_of(2) => {
                *member = json!(EntityType::POLICY_PROPOSAL);
            }
            "key" if !seed.is_multiple_of(2) => {
                *member = json!({"span": varied(SpanId::MAX_BYTES, seed)})
            }
            "key" => *member = json!({"position": StepPosition::MAX}),
            "parent" if seed.is_multiple_of(2) => {
                *member = json!({"span": varied(SpanId::MAX_BYTES, seed)})
            }
            "parent" => *member = json!({"position": StepPosition::MAX}),
            field => *member = largest_value(field, member, seed),
        }
    }
    from_members(kind, value).expect("the largest values are valid")
}

fn largest_outcome(seed: u64) -> Draft {
    let Draft::LogExport(export) = bare(RecordKind::LogExport) else {
        panic!("an export was asked for");
    };
    if !seed.is_multiple_of(2) {
        let reason = Reason::new(varied(Reason::MAX_BYTES, seed)).expect("a reason");
        return LogExportOutcome::failed(export.id, reason).into();
    }
    let checksum = Checksum::new(varied(Checksum::MAX_BYTES, seed)).expect("a checksum");
    LogExportOutcome::completed(export.id, checksum, Timestamp::MAX).into()
}

/// The largest value of a field that is now `member`.
fn largest_value(field: &str, member: &Value, seed: u64) -> Value {
    let text = |bytes| json!(varied(bytes, seed));
    match field {
        "run_id" | "parent_run_id" => text(RunId::MAX_BYTES),
        "trace_id" => text(TraceId::MAX_BYTES),
        "session_id" => text(SessionId::MAX_BYTES),
        "provider" => text(Provider::MAX_BYTES),
        "model" => text(Model::MAX_BYTES),
        "skill_name" => text(SkillName::MAX_BYTES),
        "outcome_category" => text(OutcomeCategory::MAX_BYTES),
        "component" => text(Component::MAX_BYTES),
        "event_type" | "entity_type" => text(EntityType::MAX_BYTES),
        "summary" => text(Summary::MAX_BYTES),
        "correlation_id" => text(CorrelationId::MAX_BYTES),
        "entity_id" => text(EntityId::MAX_BYTES),
        "actor_id" | "requested_by" => text(ActorId::MAX_BYTES),
        "action_reason" => text(Reason::MAX_BYTES),
        "attributes" | "details" | "before_state" | "after_state" => largest_object(seed),
        "input_tokens" | "output_tokens" => json!(TokenCount::MAX),
        "cost_nano_usd" => json!(Cost::from_nano_usd(i64::MAX).expect("a cost")),
        "duration_ms" => json!(DurationMs::MAX),
        "started_at" | "completed_at" | "timestamp" | "occurred_at" => json!(Timestamp::MAX),
        "caused_by" => json!("AUTOMATION"),
        // Words of closed sets, and flags, are as large as they are.
        "execution_status" | "status" | "source" | "severity" | "actor_type" | "scope"
        | "format" | "is_synthetic" => member.clone(),
        other => panic!("the field {other} of a draft has no largest value here: add one"),
    }
}

/// An object of the largest size that names runs of the largest size.
fn largest_object(seed: u64) -> Value {
    let run = |seed| varied(RunId::MAX_BYTES, seed);
    let mut value = json!({"a": "", "run_id": run(seed), "source_run_id": run(seed + 1)});
    let rest = JsonObject::MAX_BYTES - value.to_string().len();
    value["a"] = json!(varied(rest, seed + 2));
    let made = object(&value.to_string());
    assert_eq!(made.as_bytes().len(), JsonObject::MAX_BYTES);
    value
}
