//! `--agent-calls`: a call of Claude Code, sent as an event and as a span, is one run.

use serde_json::{Value, json};

use crate::client::Connection;
use crate::process::Service;

fn attributes(claims: &[(&str, Value)]) -> Vec<Value> {
    let one = |(key, value): &(&str, Value)| json!({"key": key, "value": value});
    claims.iter().map(one).collect()
}

#[test]
fn a_call_of_an_agent_is_counted_where_the_operator_says() {
    let claims = attributes(&[
        ("model", json!({"stringValue": "m"})),
        ("input_tokens", json!({"intValue": "3"})),
        ("output_tokens", json!({"intValue": "4"})),
        ("session.id", json!({"stringValue": "s"})),
    ]);
    let event = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{
        "timeUnixNano": "1772445601000000000",
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "00000000000000a1",
        "eventName": "claude_code.api_request",
        "body": {"stringValue": "claude_code.api_request"},
        "attributes": claims,
    }]}]}]});
    let span = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "00000000000000a1",
        "name": "claude_code.llm_request",
        "startTimeUnixNano": "1772445600000000000",
        "endTimeUnixNano": "1772445601000000000",
        "attributes": claims,
    }]}]}]});
    for (signal, is_of_the_event) in [("events", true), ("spans", false)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("logs.db");
        let service = Service::start_with(&file, &["--agent-calls", signal]);
        let mut connection = Connection::open(service.address).unwrap();
        for (path, body) in [("/v1/logs", &event), ("/v1/traces", &span)] {
            let sent = connection.post(path, "application/json", &body.to_string());
            let (status, answer) = sent.unwrap();
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
        }
        let runs = connection.get("/api/v1/runs");
        let runs = runs["items"].as_array().unwrap();
        assert_eq!(runs.len(), 1, "{signal}: {runs:?}");
        let id = runs[0]["record"]["run_id"].as_str().unwrap();
        assert_eq!(id.starts_with("log:"), is_of_the_event, "{signal}: {id}");
    }
}
