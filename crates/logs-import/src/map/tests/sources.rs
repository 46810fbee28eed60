//! Shapes in which known systems export, beside those of the samples.

use super::shown;
use crate::Map;

/// Whether the output of a map in this place says this.
fn check(map: &str, record: &str, expected: &[&str]) {
    let found = shown(Map::shipped(map).unwrap(), &[record]);
    assert_eq!(found.len(), expected.len(), "{map}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{map}: no {expected} in {found}");
    }
}

#[test]
fn pages_of_an_api_are_their_records() {
    let times = r#""start_time":"2026-01-01T00:00:00","end_time":"2026-01-01T00:00:01""#;
    let step = r#""duration_ms":1000"#;
    check(
        "langsmith",
        &format!(r#"{{"runs":[{{"id":"r","run_type":"chain","parent_run_id":"p",{times}}}]}}"#),
        &[step],
    );
    check(
        "opik",
        &format!(r#"{{"content":[{{"id":"s","trace_id":"t","type":"tool",{times}}}]}}"#)
            .replace("00\"", "00Z\"")
            .replace("01\"", "01Z\""),
        &[step],
    );
    check(
        "phoenix",
        &format!(
            r#"{{"data":[{{"name":"n","context":{{"trace_id":"t","span_id":"s"}},{times}}}]}}"#
        ),
        &[step],
    );
    let row = r#"{"data":[{"request_id":"q","startTime":"2026-01-01T00:00:00Z","request_created_at":"2026-01-01T00:00:00Z"}]}"#;
    for map in ["litellm-spend", "helicone"] {
        check(map, row, &[r#""run_id":"q""#]);
    }
    check(
        "langfuse",
        r#"{"data":[{"id":"o","traceId":"t","type":"generation","startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:00:01Z","usageDetails":{"input":"7"}}]}"#,
        &[step, r#""input_tokens":7"#],
    );
    check(
        "gcp-audit",
        r#"{"entries":[{"textPayload":"x"},{}]}"#,
        &["left out"; 2],
    );
}

#[test]
fn times_have_the_forms_of_their_databases() {
    for (time, expected) in [
        (r#""2026-01-01 00:00:00.5+00""#, "00:00:00.500000Z"),
        (r#""2026-01-01 00:00:00 UTC""#, "00:00:00.000000Z"),
        (r#""2026-01-01T01:00:00+0100""#, "00:00:00.000000Z"),
        ("1767225600.25", "00:00:00.250000Z"),
        ("1767225600250", "00:00:00.250000Z"),
    ] {
        let row = format!(r#"{{"request_id":"q","startTime":{time}}}"#);
        check("litellm-spend", &row, &[&format!("2026-01-01T{expected}")]);
    }
}

#[test]
fn names_and_counts_are_found_where_versions_put_them() {
    let times = r#""start_time":"2026-01-01T00:00:00Z","end_time":"2026-01-01T00:00:01Z""#;
    check(
        "langsmith",
        &format!(
            r#"{{"id":"r","run_type":"llm","parent_run_id":"p",{times},"outputs":{{"llm_output":{{"token_usage":{{"prompt_tokens":7}}}}}}}}"#
        ),
        &["trace_step", r#""input_tokens":7"#],
    );
    check(
        "phoenix",
        &format!(
            r#"{{"name":"n","context":{{"trace_id":"t","span_id":"s"}},{times},"attributes":{{"openinference.span.kind":"LLM","llm.model_name":"m1"}}}}"#
        ),
        &["trace_step", r#""model":"m1""#],
    );
    check(
        "opik",
        &format!(
            r#"{{"id":"s","trace_id":"t","type":"llm",{times},"usage":{{"original_usage.input_tokens":7}}}}"#
        ),
        &["trace_step", r#""input_tokens":7"#],
    );
    check(
        "weave",
        r#"{"id":"c","op_name":null,"display_name":"d","parent_id":"p","trace_id":"t","started_at":"2026-01-01T00:00:00Z","ended_at":"2026-01-01T00:00:01Z"}"#,
        &[r#""skill_name":"d""#],
    );
    check(
        "mlflow",
        r#"{"data":{"spans":[{"trace_id":"t","span_id":"s","parent_span_id":"","name":"n","start_time_unix_nano":"1767225600123456789","end_time_unix_nano":1767225601123456789}]}}"#,
        &["\"trace\":", "trace_step"],
    );
}

#[test]
fn audit_logs_have_entries_without_an_actor_or_an_entity() {
    check(
        "azure-activity",
        r#"{"caller":null,"eventDataId":"d","eventTimestamp":"2026-01-01T00:00:00Z","operationName":{"value":"health"},"resourceId":null,"properties":"{\"statusMessage\":\"no\"}"}"#,
        &[r#""action_reason":"no""#],
    );
    check(
        "kubernetes-audit",
        r#"{"auditID":"a","verb":"get","user":{},"requestURI":"/healthz","requestReceivedTimestamp":"2026-01-01T00:00:00Z"}"#,
        &[r#""assumed":["actor_type"]"#],
    );
    let call =
        r#""eventID":"e","eventTime":"2026-01-01T00:00:00Z","eventSource":"s","eventName":"n""#;
    check(
        "cloudtrail",
        &format!(
            r#"{{{call},"userIdentity":"HIDDEN","requestParameters":"HIDDEN","resources":null}}"#
        ),
        &[r#""entity_id":"s""#],
    );
    check(
        "cloudtrail",
        r#"{"eventID":"e","eventCategory":"Insight"}"#,
        &["left out: insights"],
    );
    let inside = format!("{{{call}}}").replace('"', "\\\"");
    check(
        "cloudtrail",
        &format!(r#"{{"Events":[{{"EventId":"e","CloudTrailEvent":"{inside}"}}]}}"#),
        &[r#""event_type":"n""#],
    );
}

#[test]
fn a_value_of_another_form_never_costs_its_record() {
    check(
        "helicone",
        r#"{"request_id":"q","request_created_at":"2026-01-01T00:00:00Z","response_status":""}"#,
        &[r#""assumed":["execution_status","model","provider"]"#],
    );
    check(
        "github-audit",
        r#"{"_document_id":"d","@timestamp":1767225600123,"action":"org.add","actor":"a","org":["o1","o2"]}"#,
        &[r#""entity_id":"o1,o2""#],
    );
    let item = |second: u8, payload: &str| {
        format!(
            r#"{{"timestamp":"2026-01-01T00:00:0{second}Z","type":"response_item","payload":{payload}}}"#
        )
    };
    let call = item(
        1,
        r#"{"type":"custom_tool_call","call_id":"c","name":"apply_patch"}"#,
    );
    for (output, status) in [
        (r#""Exit code: 3\nOutput:\nno""#, "FAILED"),
        (r#""Exit code: 0\nOutput:\nok""#, "SUCCEEDED"),
        (r#""{\"metadata\":{\"exit_code\":1}}""#, "FAILED"),
        (r#"[{"type":"input_text","text":"x"}]"#, "SUCCEEDED"),
        ("null", "SUCCEEDED"),
    ] {
        let payload =
            format!(r#"{{"type":"custom_tool_call_output","call_id":"c","output":{output}}}"#);
        let found = shown(Map::shipped("codex").unwrap(), &[&call, &item(2, &payload)]);
        let steps: Vec<&String> = found
            .iter()
            .filter(|told| told.contains("trace_step"))
            .collect();
        assert!(
            steps.len() == 1 && steps[0].contains(status),
            "{output}: {found:#?}"
        );
    }
}

#[test]
fn a_record_that_only_has_an_id_is_no_trace_of_langfuse() {
    check(
        "langfuse",
        r#"{"id":"r1","in":"1"}"#,
        &["expected a trace or an observation exported by Langfuse"],
    );
    check(
        "langfuse",
        r#"{"id":"t1","timestamp":"2026-01-01 00:00:00"}"#,
        &[r#""trace_id":"t1""#],
    );
}
