use serde_json::{Value, json};

use super::{mapped, mapped_with, runs, span, steps, with};
use crate::map::{AgentCalls, Settings};

/// How many runs and steps a span gives.
fn gives(plain: Value) -> (usize, usize) {
    named("a span", plain)
}

fn named(name: &str, plain: Value) -> (usize, usize) {
    let mapped = mapped(&[with(span(plain), json!({"name": name}))]);
    assert_eq!(mapped.refused, []);
    (runs(&mapped).len(), steps(&mapped).len())
}

const RUN: (usize, usize) = (1, 1);
const STEP: (usize, usize) = (0, 1);
const NOTHING: (usize, usize) = (0, 0);

#[test]
fn an_operation_decides_before_everything_else() {
    for operation in [
        "chat",
        "generate_content",
        "text_completion",
        "embeddings",
        "decide",
        "acompletion",
        "anthropic_messages",
    ] {
        let plain = json!({"gen_ai.operation.name": operation, "openinference.span.kind": "TOOL"});
        assert_eq!(gives(plain), RUN, "{operation}");
    }
    for operation in [
        "execute_tool",
        "invoke_agent",
        "retrieval",
        "fetch_response",
        "rerank",
        "moderation",
        "team_management",
        "brand_new",
    ] {
        let plain = json!({"gen_ai.operation.name": operation, "openinference.span.kind": "LLM", "gen_ai.response.model": "m"});
        assert_eq!(gives(plain), STEP, "{operation}");
    }
    assert_eq!(
        gives(json!({"gen_ai.operation.name": "", "openinference.span.kind": "LLM"})),
        RUN
    );
}

#[test]
fn an_unknown_operation_is_counted_by_its_name() {
    let plain = json!({"gen_ai.operation.name": "brand_new"});
    let known = json!({"gen_ai.operation.name": "team_management"});
    let second = with(span(plain.clone()), json!({"spanId": "0000000000000001"}));
    let third = with(span(known), json!({"spanId": "0000000000000002"}));
    let mapped = mapped(&[span(plain), second, third]);
    assert_eq!(
        mapped.counts.unknown_operations,
        [("brand_new".to_owned(), 2)].into()
    );
}

#[test]
fn each_library_writes_kinds_of_its_own() {
    for (kind, expected) in [
        ("LLM", RUN),
        ("embedding", RUN),
        ("DECISION", RUN),
        ("TOOL", STEP),
        ("PROMPT", STEP),
        ("UNKNOWN", STEP),
    ] {
        assert_eq!(
            gives(json!({"openinference.span.kind": kind})),
            expected,
            "{kind}"
        );
    }
    for (kind, expected) in [
        ("chat", RUN),
        ("completion", RUN),
        ("embedding", RUN),
        ("rerank", STEP),
    ] {
        assert_eq!(gives(json!({"llm.request.type": kind})), expected, "{kind}");
    }
    for (id, expected) in [
        ("ai.generateText.doGenerate", RUN),
        ("ai.streamText.doStream", RUN),
        ("ai.embedMany.doEmbed", RUN),
        ("ai.transcribe", RUN),
        ("ai.generateText", STEP),
        ("ai.toolCall", STEP),
    ] {
        assert_eq!(
            gives(json!({"ai.operationId": id, "gen_ai.request.model": "m", "gen_ai.system": "s"})),
            expected,
            "{id}"
        );
    }
    assert_eq!(gives(json!({"traceloop.span.kind": "workflow"})), STEP);
    for (kind, expected) in [
        ("generation", RUN),
        ("embedding", RUN),
        ("span", STEP),
        ("tool", STEP),
    ] {
        assert_eq!(
            gives(json!({"langfuse.observation.type": kind})),
            expected,
            "{kind}"
        );
    }
    for (kind, expected) in [
        ("\"CHAT_MODEL\"", RUN),
        ("\"EMBEDDING\"", RUN),
        ("\"AGENT\"", STEP),
    ] {
        assert_eq!(gives(json!({"mlflow.spanType": kind})), expected, "{kind}");
    }
}

#[test]
fn a_span_without_a_kind_is_a_call_if_it_names_a_model_and_who_served_it() {
    assert_eq!(gives(json!({"gen_ai.response.model": "m"})), RUN);
    assert_eq!(
        gives(json!({"gen_ai.request.model": "m", "gen_ai.system": "openai"})),
        RUN
    );
    assert_eq!(
        gives(json!({"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 1})),
        RUN
    );
    // A gateway's handler names the model that its caller asked for.
    assert_eq!(gives(json!({"gen_ai.request.model": "m"})), NOTHING);
    assert_eq!(gives(json!({"http.request.method": "POST"})), NOTHING);
    assert_eq!(named("call_llm", json!({})), RUN);
    assert_eq!(named("claude_code.tool", json!({})), STEP);
}

#[test]
fn the_calls_of_agents_are_counted_from_events_or_from_spans() {
    let claude = with(
        span(json!({"gen_ai.request.model": "m", "gen_ai.system": "anthropic", "input_tokens": 1})),
        json!({"name": "claude_code.llm_request"}),
    );
    let gemini = with(
        span(json!({"gen_ai.operation.name": "llm_call", "gen_ai.usage.input_tokens": 1})),
        json!({"spanId": "0000000000000001"}),
    );
    let spans = [claude, gemini];
    let from_events = mapped(&spans);
    assert_eq!(
        (runs(&from_events).len(), steps(&from_events).len()),
        (0, 2)
    );
    let counts = &from_events.counts;
    assert_eq!(
        (counts.unattributed_usage, counts.agent_calls),
        (0, 2),
        "events tell it"
    );
    let settings = Settings {
        agent_calls: AgentCalls::FromSpans,
        ..Settings::default()
    };
    let from_spans = mapped_with(&json!({}), &spans, &settings);
    assert_eq!((runs(&from_spans).len(), steps(&from_spans).len()), (2, 2));
    assert_eq!(from_spans.counts.agent_calls, 0);
}
