use logs_domain::{ExecutionStatus, Severity, Timestamp};
use serde_json::{Value, json};

use super::{TRACE, event, kept, mapped_logs, mapped_logs_with, records, runs, steps, with};
use crate::map::{AgentCalls, Settings};

fn claude_call() -> Value {
    event(
        "claude_code.api_request",
        json!({
            "session.id": "s-1", "prompt.id": "p-1", "model": "claude", "input_tokens": 200, "output_tokens": "61",
            "cache_read_tokens": 800, "cache_creation_tokens": 100, "cost_usd": 0.5, "cost_usd_micros": 2130, "duration_ms": 142,
            "request_id": "req-1", "user.email": "a@b.c",
        }),
    )
}

#[test]
fn a_call_of_claude_code_is_a_run_and_a_step_of_its_turn() {
    let mapped = mapped_logs(&[claude_call()]);
    let run = &runs(&mapped)[0];
    assert_eq!(run.run_id.as_str().len(), 36);
    assert!(run.run_id.as_str().starts_with("log:"));
    assert_eq!(
        (run.provider.as_str(), run.model.as_str()),
        ("anthropic", "claude")
    );
    assert_eq!(
        (
            run.input_tokens.unwrap().get(),
            run.output_tokens.unwrap().get()
        ),
        (1100, 61)
    );
    assert_eq!(run.cost.unwrap().nano_usd(), 2_130_000);
    assert_eq!(
        run.completed_at,
        Some(Timestamp::parse_rfc3339("2023-11-14T22:13:22Z").unwrap())
    );
    assert_eq!(
        run.started_at,
        Timestamp::parse_rfc3339("2023-11-14T22:13:21.858Z").unwrap()
    );
    assert_eq!(run.session_id.as_ref().unwrap().as_str(), "s-1");
    let kept = kept(&run.attributes);
    assert_eq!(kept["assumed"], json!(["provider", "started_at"]));
    assert_eq!(
        (&kept["response_id"], &kept["cost_source"]),
        (&json!("req-1"), &json!("cost_usd_micros"))
    );
    let step = &steps(&mapped)[0];
    assert_eq!(
        (step.trace_id.as_str(), step.duration_ms.get()),
        ("p-1", 142)
    );
    assert_eq!(Some(&step.trace_id), run.trace_id.as_ref());
    assert!(!format!("{mapped:?}").contains("a@b.c"));
}

#[test]
fn the_name_stands_in_one_of_three_places() {
    let plain = json!({"model": "m", "duration_ms": 1});
    let bare = |scope| {
        mapped_logs_with(
            scope,
            &[event("api_request", plain.clone())],
            &Settings::default(),
        )
    };
    assert_eq!(runs(&bare("com.anthropic.claude_code.events")).len(), 1);
    assert_eq!(runs(&bare("lib")).len(), 0);
    let body = with(
        event("api_request", plain.clone()),
        json!({"body": {"stringValue": "claude_code.api_request"}}),
    );
    assert_eq!(runs(&mapped_logs(&[body])).len(), 1);
    let place = with(
        event("codex.conversation_starts", json!({})),
        json!({"eventName": "event src/file.rs:737"}),
    );
    assert_eq!(records(&mapped_logs(&[place])).len(), 1);
    let own = json!({"timeUnixNano": "1", "eventName": "gemini_cli.config"});
    assert_eq!(records(&mapped_logs(&[own])).len(), 1);
}

#[test]
fn an_event_sent_again_is_the_same_record_and_another_is_another() {
    let key = |record: Value| runs(&mapped_logs(&[record]))[0].run_id.clone();
    let first = key(claude_call());
    assert_eq!(first, key(claude_call()));
    let observed = with(
        claude_call(),
        json!({"observedTimeUnixNano": "9", "droppedAttributesCount": 3}),
    );
    assert_eq!(first, key(observed), "a collector may write these");
    let mut reversed = claude_call();
    reversed["attributes"].as_array_mut().unwrap().reverse();
    assert_eq!(first, key(reversed));
    let later = with(
        claude_call(),
        json!({"timeUnixNano": "1700000002000000001"}),
    );
    let in_span = with(claude_call(), json!({"traceId": TRACE}));
    let mut longer = claude_call();
    longer["attributes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"key": "x", "value": {}}));
    for other in [later, in_span, longer] {
        assert_ne!(first, key(other.clone()), "{other}");
    }
    assert_eq!(first.as_str(), FIRST, "keys are stored for ever");
    let twice = mapped_logs(&[claude_call(), claude_call()]);
    assert_eq!(
        (twice.drafts.len(), &twice.counts.ignored),
        (2, &[("repeated", 1)].into())
    );
}

const FIRST: &str = "log:06b2043b0e8111b7d0a5f09a18a2fa80";

#[test]
fn a_failed_call_is_a_run_with_its_status_and_without_usage() {
    let failed =
        |plain: Value| runs(&mapped_logs(&[event("claude_code.api_error", plain)])).remove(0);
    let run =
        failed(json!({"model": "m", "status_code": 529, "error": "overloaded", "duration_ms": 3}));
    assert_eq!(
        (run.execution_status, run.input_tokens),
        (ExecutionStatus::Failed, None)
    );
    assert_eq!(
        failed(json!({"error": "Request timed out."})).execution_status,
        ExecutionStatus::Timeout
    );
    assert_eq!(
        failed(json!({"error": "Request was aborted."})).execution_status,
        ExecutionStatus::Aborted
    );
    assert!(
        !format!("{run:?}").contains("overloaded"),
        "messages may hold prompts"
    );
}

#[test]
fn codex_tells_a_call_in_two_events_of_which_one_has_the_counts() {
    let common = json!({"conversation.id": "c-1", "model": "gpt", "event.kind": "response.completed", "event.timestamp": "2026-01-01T00:00:00.5Z"});
    let mut with_counts = common.clone();
    for (name, count) in [
        ("input_token_count", "1100"),
        ("output_token_count", "161"),
        ("reasoning_token_count", "100"),
    ] {
        with_counts[name] = json!(count);
    }
    with_counts["cached_token_count"] = json!(800);
    let timeless = |plain: &Value| {
        with(
            event("codex.sse_event", plain.clone()),
            json!({"timeUnixNano": "0"}),
        )
    };
    let mapped = mapped_logs(&[timeless(&common), timeless(&with_counts)]);
    assert_eq!(mapped.refused, []);
    let found = runs(&mapped);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (
            found[0].input_tokens.unwrap().get(),
            found[0].output_tokens.unwrap().get()
        ),
        (1100, 161)
    );
    assert_eq!(
        found[0].started_at,
        Timestamp::parse_rfc3339("2026-01-01T00:00:00.5Z").unwrap()
    );
    assert_eq!(found[0].session_id.as_ref().unwrap().as_str(), "c-1");
    let request = |code: u64| {
        event(
            "codex.api_request",
            json!({"http.response.status_code": code.to_string(), "duration_ms": "12"}),
        )
    };
    assert_eq!(runs(&mapped_logs(&[request(200)])).len(), 0);
    assert_eq!(
        runs(&mapped_logs(&[request(500)]))[0].execution_status,
        ExecutionStatus::Failed
    );
}

#[test]
fn gemini_counts_thoughts_apart_from_the_output() {
    let plain = json!({
        "session.id": "s", "prompt_id": "p", "model": "gemini", "duration_ms": 187, "status_code": 200, "input_token_count": 1100,
        "output_token_count": 61, "cached_content_token_count": 800, "thoughts_token_count": 100,
    });
    let found = runs(&mapped_logs(&[event("gemini_cli.api_response", plain)])).remove(0);
    assert_eq!(
        (
            found.input_tokens.unwrap().get(),
            found.output_tokens.unwrap().get()
        ),
        (1100, 161)
    );
    assert_eq!(found.provider.as_str(), "gcp.gemini");
    assert_eq!(kept(&found.attributes)["reasoning_tokens"], 100);
}

#[test]
fn calls_from_spans_leave_out_the_events_of_the_same_calls() {
    let settings = Settings {
        agent_calls: AgentCalls::FromSpans,
        ..Settings::default()
    };
    let of = |record: Value| runs(&mapped_logs_with("lib", &[record], &settings)).len();
    assert_eq!(
        of(with(
            claude_call(),
            json!({"traceId": TRACE, "spanId": "b7ad6b7169203331"})
        )),
        0
    );
    assert_eq!(of(claude_call()), 1, "without tracing there is no span");
    assert_eq!(of(event("gemini_cli.api_response", json!({}))), 0);
}

#[test]
fn a_tool_result_is_a_step_of_its_turn() {
    let plain = json!({"tool_name": "Bash", "tool_use_id": "t-1", "success": "false", "duration_ms": "53", "prompt.id": "p"});
    let step = steps(&mapped_logs(&[event("claude_code.tool_result", plain)])).remove(0);
    assert_eq!(
        (step.trace_id.as_str(), step.key.span_id().unwrap().as_str()),
        ("p", "t-1")
    );
    assert_eq!(
        (
            step.skill_name.as_str(),
            step.status,
            step.outcome_category.as_str()
        ),
        ("Bash", ExecutionStatus::Failed, "error")
    );
    assert_eq!(
        step.timestamp,
        Timestamp::parse_rfc3339("2023-11-14T22:13:21.947Z").unwrap()
    );
}

#[test]
fn what_happens_to_an_agent_is_a_system_record() {
    let record = |name: &str, plain: Value| records(&mapped_logs(&[event(name, plain)])).remove(0);
    let connection = record(
        "claude_code.mcp_server_connection",
        json!({"status": "failed", "prompt.id": "p", "server_name": "s"}),
    );
    assert_eq!(
        (connection.component.as_str(), connection.severity),
        ("claude-code", Severity::Warn)
    );
    assert_eq!(
        connection.summary.as_str(),
        "claude_code.mcp_server_connection (failed)"
    );
    assert_eq!(connection.correlation_id.unwrap().as_str(), "p");
    assert_eq!(
        record("claude_code.auth", json!({"success": "true"}))
            .event_type
            .as_str(),
        "AUTH_CHANGE"
    );
    assert_eq!(
        record("codex.conversation_starts", json!({}))
            .event_type
            .as_str(),
        "STARTUP"
    );
    let warning = with(
        event("app.broken", json!({})),
        json!({"severityNumber": "SEVERITY_NUMBER_ERROR"}),
    );
    let warning = records(&mapped_logs(&[warning])).remove(0);
    assert_eq!(
        (
            warning.component.as_str(),
            warning.event_type.as_str(),
            warning.severity
        ),
        ("agent", "app.broken", Severity::Warn)
    );
}
