//! What a span is: a call of a model, a step of a trace, or something else.

use super::attributes::Attributes;
use super::settings::AgentCalls;

/// What a span becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call of a model: a run, and a step of its trace.
    Run,
    /// A step of a trace.
    Step,
    /// Nothing: a handler of requests, a part of a program.
    Other,
}

/// Operations of the conventions, of Gemini CLI and the AI SDK, and LiteLLM's types of calls.
const RUN_OPERATIONS: &[&str] = &[
    "acompletion",
    "aembedding",
    "agenerate_content",
    "agenerate_content_stream",
    "aimage_generation",
    "anthropic_messages",
    "aresponses",
    "aspeech",
    "atext_completion",
    "atranscription",
    "chat",
    "completion",
    "decide",
    "embedding",
    "embeddings",
    "generate_content",
    "generate_content_stream",
    "image_generation",
    GEMINI_CLI_CALL,
    "responses",
    "speech",
    "text_completion",
    "transcription",
];

/// Gemini CLI's operation of a call. Its events say more of the same call.
const GEMINI_CLI_CALL: &str = "llm_call";

/// Claude Code's span of a call. Its events say more of the same call.
const CLAUDE_CODE_CALL: &str = "claude_code.llm_request";

/// Operations that are known to be steps. Any other operation is a step too, and counted by name.
const STEP_OPERATIONS: &[&str] = &[
    "agent_call",
    "agent_step",
    "amoderation",
    "arerank",
    "compact_events",
    "create_agent",
    "create_memory",
    "create_memory_store",
    "delete_memory",
    "delete_memory_store",
    "execute_event_loop_cycle",
    "execute_hook",
    "execute_tool",
    "fetch_response",
    "invoke_agent",
    "invoke_node",
    "invoke_workflow",
    "moderation",
    "plan",
    "rerank",
    "retrieval",
    "schedule_tool_calls",
    "search_memory",
    "system_prompt",
    "tool_call",
    "update_memory",
    "upsert_memory",
    "user_prompt",
];

/// A span's kind, and its operation where that is unknown.
pub(crate) fn classify(
    attributes: &Attributes<'_>,
    name: &str,
    agent_calls: AgentCalls,
) -> (Kind, Option<String>) {
    let of_agent = match agent_calls {
        AgentCalls::FromEvents => Kind::Step,
        AgentCalls::FromSpans => Kind::Run,
    };
    if let Some(operation) = attributes.text("gen_ai.operation.name") {
        let operation = operation.as_str();
        return if operation == GEMINI_CLI_CALL {
            (of_agent, None)
        } else if RUN_OPERATIONS.contains(&operation) {
            (Kind::Run, None)
        } else if STEP_OPERATIONS.contains(&operation) || operation.ends_with("_management") {
            (Kind::Step, None)
        } else {
            (Kind::Step, Some(operation.to_owned()))
        };
    }
    let kind = by_library(attributes).unwrap_or_else(|| {
        if name == CLAUDE_CODE_CALL {
            of_agent
        } else if name.starts_with("claude_code.") {
            Kind::Step
        } else if name == "call_llm" || names_a_model(attributes) {
            Kind::Run
        } else {
            Kind::Other
        }
    });
    (kind, None)
}

/// Whether this is the span of a call that an agent's events tell too.
pub(crate) fn is_agent_call(attributes: &Attributes<'_>, name: &str) -> bool {
    name == CLAUDE_CODE_CALL
        || attributes.text("gen_ai.operation.name").as_deref() == Some(GEMINI_CLI_CALL)
}

/// By the attribute in which a library writes the kind of its spans.
fn by_library(attributes: &Attributes<'_>) -> Option<Kind> {
    let run_if = |run: bool| if run { Kind::Run } else { Kind::Step };
    if let Some(kind) = attributes.text("openinference.span.kind") {
        let kind = kind.to_ascii_uppercase();
        return Some(run_if(
            ["LLM", "EMBEDDING", "DECISION"].contains(&kind.as_str()),
        ));
    }
    if let Some(kind) = attributes.text("llm.request.type") {
        return Some(run_if(
            ["chat", "completion", "embedding"].contains(&kind.as_str()),
        ));
    }
    if attributes.has("traceloop.span.kind") {
        return Some(Kind::Step);
    }
    if let Some(operation) = attributes.text("ai.operationId") {
        let calls = [".doGenerate", ".doStream", ".doEmbed"];
        let media = ["ai.generateSpeech", "ai.transcribe", "ai.streamTranscribe"];
        let is_call = calls.iter().any(|ending| operation.ends_with(ending));
        return Some(run_if(is_call || media.contains(&operation.as_str())));
    }
    if let Some(kind) = attributes.text("langfuse.observation.type") {
        return Some(run_if(["generation", "embedding"].contains(&kind.as_str())));
    }
    let kind = attributes.json_text("mlflow.spanType")?;
    Some(run_if(
        ["LLM", "CHAT_MODEL", "EMBEDDING"].contains(&kind.as_str()),
    ))
}

/// A span that names a model and, beside it, who served it or what it used. A gateway's handlers also name the
/// model that a caller asked for, but nothing else.
fn names_a_model(attributes: &Attributes<'_>) -> bool {
    let beside = [
        "gen_ai.provider.name",
        "gen_ai.system",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
    ];
    attributes.text("gen_ai.response.model").is_some()
        || (attributes.text("gen_ai.request.model").is_some()
            && beside.iter().any(|name| attributes.has(name)))
}
