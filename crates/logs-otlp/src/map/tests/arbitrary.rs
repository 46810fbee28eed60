//! Nothing that can be sent panics, and whatever is accepted can be stored.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::attributes;

#[path = "../../../tests/support/readers.rs"]
#[expect(dead_code, reason = "this reader is one of two")]
mod readers;

use readers::telemetry as check;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9a-f]{16}|[0-9a-f]{32}".prop_map(Value::from),
    ];
    let member = prop_oneof![
        Just("resourceSpans"),
        Just("resourceLogs"),
        Just("scopeSpans"),
        Just("scopeLogs"),
        Just("spans"),
        Just("logRecords"),
        Just("attributes"),
        Just("key"),
        Just("value"),
        Just("stringValue"),
        Just("arrayValue"),
        Just("values"),
        Just("kvlistValue"),
        Just("traceId"),
        Just("spanId"),
        Just("status"),
        Just("events"),
        Just("name"),
        Just("body"),
        Just("x"),
    ];
    leaf.prop_recursive(6, 64, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((member.clone(), inner), 0..5).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// Names that the mapping reads, with values of every type.
fn any_attributes() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("gen_ai.operation.name"),
        Just("gen_ai.provider.name"),
        Just("gen_ai.request.model"),
        Just("gen_ai.response.model"),
        Just("gen_ai.usage.input_tokens"),
        Just("gen_ai.usage.output_tokens"),
        Just("gen_ai.usage.cache_read.input_tokens"),
        Just("gen_ai.response.finish_reasons"),
        Just("gen_ai.usage.cost"),
        Just("openinference.span.kind"),
        Just("session.id"),
        Just("error.type"),
        Just("langfuse.observation.usage_details"),
        Just("mlflow.spanType"),
        Just("gen_ai.tool.name"),
        Just("event.name"),
        Just("event.timestamp"),
        Just("prompt.id"),
        Just("duration_ms"),
        Just("input_tokens"),
        Just("decision"),
        Just("tool_use_id"),
        Just("cost_usd_micros"),
        Just("success"),
        Just("http.response.status_code"),
    ];
    let value = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "\\PC{0,20}|.{0,300}".prop_map(Value::from),
        Just(json!("chat")),
        Just(json!("execute_tool")),
        Just(json!("LLM")),
        Just(json!("claude_code.api_request")),
        Just(json!("claude_code.tool_decision")),
        Just(json!("gemini_cli.tool_call")),
        Just(json!("codex.api_request")),
        Just(json!("{\"input\": 18446744073709551615, \"input_x\": 1}")),
        Just(json!(["stop", "a\u{0}"])),
        Just(json!(u64::MAX.to_string())),
    ];
    vec((name, value), 0..10).prop_map(|members| {
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

fn nanos() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        any::<u64>(),
        1_600_000_000_000_000_000..1_800_000_000_000_000_000_u64
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes(body in vec(any::<u8>(), 0..300)) {
        check(&body);
    }

    #[test]
    fn any_json_value(body in any_json()) {
        check(body.to_string().as_bytes());
    }

    #[test]
    fn spans_and_events_of_every_claim(
        items in vec((any_attributes(), nanos(), nanos(), "[01]{16}", "\\PC{0,10}|.{0,300}", 0..4_i32), 0..6),
        resource in any_attributes(),
    ) {
        let spans: Vec<Value> = items.iter().map(|(plain, start, end, span, name, code)| json!({
            "traceId": super::TRACE, "spanId": span, "name": name, "startTimeUnixNano": start, "endTimeUnixNano": end.to_string(),
            "attributes": attributes(plain), "status": {"code": code, "message": name},
            "events": [{"name": "exception", "attributes": attributes(plain)}],
        })).collect();
        let records: Vec<Value> = items.iter().map(|(plain, start, end, _, name, code)| json!({
            "timeUnixNano": start, "observedTimeUnixNano": end, "eventName": name, "severityNumber": code * 7, "attributes": attributes(plain),
        })).collect();
        let about = json!({"attributes": attributes(&resource)});
        check(json!({"resourceSpans": [{"resource": about, "scopeSpans": [{"spans": spans}]}]}).to_string().as_bytes());
        check(json!({"resourceLogs": [{"resource": about, "scopeLogs": [{"logRecords": records}]}]}).to_string().as_bytes());
    }
}
