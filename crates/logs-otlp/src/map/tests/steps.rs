use logs_domain::StepKey;
use serde_json::{Value, json};

use super::{SPAN, kept, mapped, span, steps, with};

fn step(plain: Value, members: Value) -> logs_domain::NewTraceStep {
    let mapped = mapped(&[with(span(plain), members)]);
    assert_eq!(mapped.refused, []);
    steps(&mapped).remove(0)
}

#[test]
fn a_step_has_the_key_parent_and_duration_of_its_span() {
    let plain = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "call-1"});
    let found = step(plain, json!({"parentSpanId": "00f067aa0ba902b7"}));
    let key = |id: &str| StepKey::Span(logs_domain::SpanId::new(id).unwrap());
    assert_eq!(
        (found.key, found.parent),
        (key(SPAN), Some(key("00f067aa0ba902b7")))
    );
    assert_eq!(
        (found.skill_name.as_str(), found.outcome_category.as_str()),
        ("search", "ok")
    );
    assert_eq!(found.duration_ms.get(), 1250);
    assert_eq!(kept(&found.attributes)["tool_call_id"], "call-1");
}

#[test]
fn durations_are_rounded_and_may_be_zero() {
    let plain = json!({"gen_ai.operation.name": "plan"});
    let ends = |nanos: &str| {
        step(plain.clone(), json!({"endTimeUnixNano": nanos}))
            .duration_ms
            .get()
    };
    assert_eq!(ends("1700000000000000000"), 0);
    assert_eq!(ends("1700000000000499999"), 0);
    assert_eq!(ends("1700000000000500000"), 1);
}

#[test]
fn the_name_is_that_of_the_tool_the_agent_the_workflow_or_the_span() {
    let all = [
        "gen_ai.tool.name",
        "tool.name",
        "ai.toolCall.name",
        "tool_name",
        "function_name",
        "gen_ai.agent.name",
        "agent.name",
        "gen_ai.workflow.name",
        "traceloop.entity.name",
        "graph.node.name",
    ];
    for first in 0..=all.len() {
        let mut plain = json!({"gen_ai.operation.name": "plan"});
        for name in &all[first..] {
            plain[*name] = json!(*name);
        }
        let expected = all.get(first).copied().unwrap_or("a span");
        assert_eq!(step(plain, json!({})).skill_name.as_str(), expected);
    }
    let call = json!({"gen_ai.operation.name": "chat", "gen_ai.agent.name": "planner"});
    assert_eq!(
        step(call, json!({})).skill_name.as_str(),
        "a span",
        "the agent does not name its call"
    );
    let function = json!({"mlflow.spanType": "\"TOOL\"", "mlflow.spanFunctionName": "\"lookup\""});
    assert_eq!(step(function, json!({})).skill_name.as_str(), "lookup");
}

#[test]
fn outcomes_are_the_words_of_the_sender() {
    let outcome = |plain: Value| {
        let mut plain = plain;
        plain["gen_ai.operation.name"] = json!("execute_tool");
        step(plain, json!({})).outcome_category.as_str().to_owned()
    };
    assert_eq!(
        outcome(json!({"gen_ai.task.status": "blocked", "error.type": "x"})),
        "blocked"
    );
    assert_eq!(
        outcome(json!({"error.type": "Refused", "stop_reason": "y"})),
        "Refused"
    );
    assert_eq!(
        outcome(json!({"gen_ai.response.finish_reasons": "[\"tool_use\"]"})),
        "tool_use"
    );
    assert_eq!(outcome(json!({"success": "false"})), "error");
    assert_eq!(
        outcome(json!({"error.type": "x".repeat(257), "stop_reason": "y"})),
        "y"
    );
    let choice = json!([{"key": "finish_reason", "value": {"stringValue": "end_turn"}}]);
    let found = step(
        json!({"gen_ai.operation.name": "chat"}),
        json!({"events": [{"name": "gen_ai.choice", "attributes": choice}]}),
    );
    assert_eq!(found.outcome_category.as_str(), "end_turn");
}
