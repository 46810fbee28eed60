//! Drafts in which every field is as large as it may be.

use logs_domain::field::ValueType;
use logs_domain::{
    Checksum, Draft, EntityType, JsonObject, LogExportOutcome, Reason, RecordKind, RunId, SpanId,
    StepPosition, Timestamp,
};
use serde_json::{Value, json};

use super::{bare, from_members, members, value_type};
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
            field => *member = largest_value(kind, field, member, seed),
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
fn largest_value(kind: RecordKind, field: &str, member: &Value, seed: u64) -> Value {
    match value_type(kind, field) {
        ValueType::Text { max_bytes } => json!(varied(max_bytes, seed)),
        ValueType::Integer { max } => json!(max),
        ValueType::Time => json!(Timestamp::MAX),
        ValueType::Json => largest_object(seed),
        ValueType::Word(words) => json!(words.iter().max_by_key(|word| word.len())),
        ValueType::Flag | ValueType::Id => member.clone(),
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
