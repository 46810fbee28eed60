//! What small requests give, written in JSON.

mod arbitrary;
mod counted;
mod decisions;
mod events;
mod kinds;
mod refusals;
mod runs;
mod statuses;
mod steps;
mod usage;

use bytes::Bytes;
use logs_domain::{Draft, NewAuditEntry, NewLlmRun, NewSystemRecord, NewTraceStep, TenantId};
use serde_json::{Value, json};

use super::{Mapped, Settings, logs, traces};
use crate::decode::{self, Encoding};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// Attributes of a plain object: each value in the form of its type. A value under the key `raw:NAME` is as it
/// is.
fn attributes(plain: &Value) -> Value {
    let one = |(key, value): (&String, &Value)| match key.strip_prefix("raw:") {
        Some(key) => json!({"key": key, "value": value}),
        None => json!({"key": key, "value": any_value(value)}),
    };
    plain.as_object().unwrap().iter().map(one).collect()
}

fn any_value(value: &Value) -> Value {
    match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Bool(flag) => json!({"boolValue": flag}),
        Value::Number(number) if number.is_i64() => json!({"intValue": number.to_string()}),
        Value::Number(number) => json!({"doubleValue": number}),
        Value::Array(list) => {
            json!({"arrayValue": {"values": list.iter().map(any_value).collect::<Vec<_>>()}})
        }
        Value::Null | Value::Object(_) => json!({}),
    }
}

/// A span of 1.25 s with these attributes.
fn span(plain: Value) -> Value {
    json!({
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "a span",
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000001250000000",
        "attributes": attributes(&plain),
    })
}

/// The same with other members.
fn with(mut span: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("an object")
    };
    span.as_object_mut().unwrap().extend(members);
    span
}

fn request(resource: &Value, spans: &[Value]) -> Bytes {
    let body = json!({"resourceSpans": [{
        "resource": {"attributes": attributes(resource)},
        "scopeSpans": [{"scope": {"name": "lib", "version": "1.0"}, "spans": spans}],
    }]});
    body.to_string().into()
}

fn mapped_with(resource: &Value, spans: &[Value], settings: &Settings) -> Mapped {
    let request = decode::traces(&request(resource, spans), Encoding::Json).unwrap();
    traces(&request, &tenant(), settings)
}

fn mapped(spans: &[Value]) -> Mapped {
    mapped_with(
        &json!({"service.name": "shop"}),
        spans,
        &Settings::default(),
    )
}

fn runs(mapped: &Mapped) -> Vec<NewLlmRun> {
    let drafts = mapped.drafts.iter().map(|mapped| &mapped.draft);
    drafts
        .filter_map(|draft| {
            if let Draft::LlmRun(run) = draft {
                Some(run.clone())
            } else {
                None
            }
        })
        .collect()
}

fn steps(mapped: &Mapped) -> Vec<NewTraceStep> {
    let drafts = mapped.drafts.iter().map(|mapped| &mapped.draft);
    drafts
        .filter_map(|draft| {
            if let Draft::TraceStep(step) = draft {
                Some(step.clone())
            } else {
                None
            }
        })
        .collect()
}

fn entries(mapped: &Mapped) -> Vec<NewAuditEntry> {
    let drafts = mapped.drafts.iter().map(|mapped| &mapped.draft);
    drafts
        .filter_map(|draft| {
            if let Draft::AuditEntry(entry) = draft {
                Some(entry.clone())
            } else {
                None
            }
        })
        .collect()
}

fn records(mapped: &Mapped) -> Vec<NewSystemRecord> {
    let drafts = mapped.drafts.iter().map(|mapped| &mapped.draft);
    drafts
        .filter_map(|draft| {
            if let Draft::SystemRecord(record) = draft {
                Some(record.clone())
            } else {
                None
            }
        })
        .collect()
}

/// The run of a chat with these attributes.
fn run(mut plain: Value) -> NewLlmRun {
    plain
        .as_object_mut()
        .unwrap()
        .entry("gen_ai.operation.name")
        .or_insert(json!("chat"));
    let mapped = mapped(&[span(plain)]);
    assert_eq!(mapped.refused, []);
    runs(&mapped).remove(0)
}

/// What `attributes` of a draft hold.
fn kept(object: &Option<logs_domain::JsonObject>) -> Value {
    object.as_ref().unwrap().to_value()
}

fn log_request(scope: &str, records: &[Value]) -> Bytes {
    let body = json!({"resourceLogs": [{
        "resource": {"attributes": attributes(&json!({"service.name": "agent"}))},
        "scopeLogs": [{"scope": {"name": scope}, "logRecords": records}],
    }]});
    body.to_string().into()
}

fn mapped_logs_with(scope: &str, records: &[Value], settings: &Settings) -> Mapped {
    let request = decode::logs(&log_request(scope, records), Encoding::Json).unwrap();
    logs(&request, &tenant(), settings)
}

fn mapped_logs(records: &[Value]) -> Mapped {
    mapped_logs_with("lib", records, &Settings::default())
}

/// A log record of an event with these attributes.
fn event(name: &str, plain: Value) -> Value {
    let mut plain = plain;
    plain["event.name"] = json!(name);
    json!({"timeUnixNano": "1700000002000000000", "attributes": attributes(&plain)})
}
