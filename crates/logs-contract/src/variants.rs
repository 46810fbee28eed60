//! Drafts of every kind with everything set or nothing, and what differs from them in one field.

mod largest;

pub(crate) use largest::largest_of_every_kind;

use logs_domain::field::ValueType;
use logs_domain::{Checksum, Draft, LogExportOutcome, Reason, RecordKind};
use serde_json::{Value, json};

use crate::samples::{at, audit, export, id, run, step, system, trace};

/// The number in the keys of [`full`] and [`bare`] drafts.
const NUMBER: u32 = 7;

/// A draft with every optional field set.
pub(crate) fn full(kind: RecordKind) -> Draft {
    let mut value = members(&bare(kind));
    for (field, member) in value.iter_mut() {
        if member.is_null() {
            let set = alternatives(kind, field)
                .pop()
                .expect("a value for every optional field");
            *member = set;
        }
    }
    from_members(kind, value).expect("a valid draft")
}

/// A draft with no optional field set.
pub(crate) fn bare(kind: RecordKind) -> Draft {
    match kind {
        RecordKind::LlmRun => run("run").into(),
        RecordKind::Trace => trace("trace").into(),
        RecordKind::TraceStep => step("trace", NUMBER).into(),
        RecordKind::SystemRecord => system(NUMBER).into(),
        RecordKind::AuditEntry => audit(NUMBER).into(),
        RecordKind::LogExport => export(NUMBER).into(),
        RecordKind::LogExportOutcome => {
            LogExportOutcome::failed(id(NUMBER), Reason::new("reason").expect("a reason")).into()
        }
    }
}

/// What must be stored before a draft of this kind.
pub(crate) fn needed_before(kind: RecordKind) -> Option<Draft> {
    (kind == RecordKind::LogExportOutcome).then(|| export(NUMBER).into())
}

/// Every draft that has the key of `draft` and differs from it in one field of the producer, with
/// the name of the field.
pub(crate) fn changed_in_one_field(draft: &Draft) -> Vec<(String, Draft)> {
    if let Draft::LogExportOutcome(outcome) = draft {
        return other_outcomes(outcome);
    }
    let kind = draft.kind();
    let original = members(draft);
    let mut changed = Vec::new();
    for field in original.keys().filter(|field| !is_key(kind, field)) {
        let before = changed.len();
        // A required field does not take null: that is no draft, and no change.
        for value in alternatives(kind, field).into_iter().chain([Value::Null]) {
            let mut members = original.clone();
            members.insert(field.clone(), value);
            if let Some(other) = from_members(kind, members)
                && other != *draft
            {
                changed.push((format!("{kind}.{field}"), other));
            }
        }
        assert!(changed.len() > before, "{kind}.{field} has another value");
    }
    changed
}

fn other_outcomes(outcome: &LogExportOutcome) -> Vec<(String, Draft)> {
    let checksum = |text| Checksum::new(text).expect("a checksum");
    let reason = |text| Reason::new(text).expect("a reason");
    let id = outcome.export_id;
    let candidates = [
        (
            "completed",
            LogExportOutcome::completed(id, checksum("sha256:00"), at(0)),
        ),
        (
            "checksum",
            LogExportOutcome::completed(id, checksum("sha256:01"), at(0)),
        ),
        (
            "delivered_at",
            LogExportOutcome::completed(id, checksum("sha256:00"), at(1)),
        ),
        ("failed", LogExportOutcome::failed(id, reason("reason"))),
        ("reason", LogExportOutcome::failed(id, reason("Reason"))),
    ];
    candidates
        .into_iter()
        .filter(|(_, other)| other != outcome)
        .map(|(field, other)| (field.to_owned(), other.into()))
        .collect()
}

fn is_key(kind: RecordKind, field: &str) -> bool {
    match field {
        "id" => true,
        "run_id" => kind == RecordKind::LlmRun,
        "trace_id" => matches!(kind, RecordKind::Trace | RecordKind::TraceStep),
        "key" => kind == RecordKind::TraceStep,
        _ => false,
    }
}

type Members = serde_json::Map<String, Value>;

fn members(draft: &Draft) -> Members {
    let value = serde_json::to_value(draft).expect("drafts have a JSON form");
    match value.get(draft.kind().as_str()) {
        Some(Value::Object(members)) => members.clone(),
        other => panic!("a draft is one member with an object, not {other:?}"),
    }
}

fn from_members(kind: RecordKind, members: Members) -> Option<Draft> {
    Draft::from_json(&json!({ kind.as_str(): members }).to_string()).ok()
}

/// Texts that differ by letter case, white space, normalisation.
const OPEN_TEXTS: &[&str] = &["provider ", "Provider", "e\u{301}", "\u{e9}"];

/// Values of a member of a draft, the smallest first and one that is worth storing last.
fn alternatives(kind: RecordKind, member: &str) -> Vec<Value> {
    if member == "parent" {
        return vec![
            json!({"position": 0}),
            json!({"span": "0"}),
            json!({"position": 2_147_483_647}),
            json!({"span": "e\u{301}"}),
            json!({"span": "\u{e9}"}),
        ];
    }
    match value_type(kind, member) {
        ValueType::Integer { .. } => vec![json!(0), json!(1), json!(9_007_199_254_740_992_i64)],
        ValueType::Flag => vec![json!(false), json!(true)],
        ValueType::Time => vec![
            json!("0001-01-01T00:00:00Z"),
            json!("1970-01-01T00:00:00Z"),
            json!("2025-01-01T00:00:00.000001Z"),
        ],
        ValueType::Json => vec![
            json!({}),
            json!({"a": null}),
            json!({"a": [1, 2]}),
            json!({"a": [2, 1]}),
            json!({"a": "\u{e9}", "b": {"c": 0.5, "d": [true, null, "x"]}}),
        ],
        ValueType::Word(known) => words(known),
        ValueType::Text { .. } => words(OPEN_TEXTS),
        ValueType::Id => vec![json!(id(NUMBER)), json!(id(NUMBER + 1))],
    }
}

/// What a member of a draft holds: members and fields have the same names, but for keys of steps.
fn value_type(kind: RecordKind, member: &str) -> ValueType {
    let field = kind.fields().iter().find(|field| field.name == member);
    field.expect("a member is a field").value_type
}

fn words(words: &[&str]) -> Vec<Value> {
    words.iter().map(|word| json!(word)).collect()
}

/// The draft `number` of a kind: the bits of the number tell which optional fields are set, and
/// the number what they hold.
pub(crate) fn numbered(kind: RecordKind, number: u32) -> Draft {
    if kind == RecordKind::LogExportOutcome {
        let text = format!("outcome {number}");
        let outcome = match number % 2 {
            0 => LogExportOutcome::failed(id(number), Reason::new(text).expect("a reason")),
            _ => {
                let checksum = Checksum::new(text).expect("a checksum");
                LogExportOutcome::completed(id(number), checksum, at(i64::from(number)))
            }
        };
        return outcome.into();
    }
    let mut value = members(&bare(kind));
    let mut bit = 0;
    for (field, member) in value.iter_mut() {
        if member.is_null() {
            bit += 1;
            if number >> (bit - 1) & 1 == 1 {
                *member = value_of(kind, field, number);
            }
        } else if !is_key(kind, field) && member.is_string() {
            *member = value_of(kind, field, number);
        }
    }
    let text = json!(format!("{kind} {number}"));
    let (key, text) = if value.contains_key("id") {
        ("id", json!(id(number)))
    } else if kind == RecordKind::TraceStep && number.is_multiple_of(2) {
        ("key", json!({"position": number}))
    } else if kind == RecordKind::TraceStep {
        ("key", json!({"span": text}))
    } else if kind == RecordKind::Trace {
        ("trace_id", text)
    } else {
        ("run_id", text)
    };
    value.insert(key.to_owned(), text);
    from_members(kind, value).expect("a valid draft")
}

/// A value of a field that differs from that of the next number.
fn value_of(kind: RecordKind, field: &str, number: u32) -> Value {
    let values = alternatives(kind, field);
    let value = &values[number as usize % values.len()];
    let open_text = values == words(OPEN_TEXTS);
    if value.is_number() {
        json!(number)
    } else if field == "parent" && number.is_multiple_of(2) {
        json!({"span": format!("parent {number}")})
    } else if field == "parent" {
        json!({"position": number})
    } else if value.is_object() {
        json!({"number": number, "of": field})
    } else if field.ends_with("_at") || field == "timestamp" {
        json!(at(i64::from(number)))
    } else if open_text {
        json!(format!("{field} {number}"))
    } else {
        value.clone()
    }
}

/// A full step that was made from a span.
pub(crate) fn full_span() -> Draft {
    let mut value = members(&full(RecordKind::TraceStep));
    value.insert("key".to_owned(), json!({"span": "span"}));
    from_members(RecordKind::TraceStep, value).expect("a valid draft")
}
