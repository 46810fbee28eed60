//! The events of the Codex command line.

use logs_domain::{ActorType, ExecutionStatus, InvalidValue, Severity, SystemEventType};

use super::call::Call;
use super::decision::Decision;
use super::system::About;
use super::{Event, Made, tool};
use crate::map::field::status::{End, status};
use crate::map::field::tokens::{Counts, Usage};

const CONVERSATION: &[&str] = &["conversation.id"];

pub(super) fn map(event: &Event<'_>, name: &str) -> Result<Made, InvalidValue> {
    let whole = format!("codex.{name}");
    match name {
        "sse_event" | "websocket_event" => completed(event, whole),
        "api_request" | "websocket_request" => request(event, whole),
        "tool_result" => {
            let step = tool::step(event, &whole, event.trace(CONVERSATION))?;
            Ok(Made::Drafts(vec![step]))
        }
        "tool_decision" => {
            let decided = event.attributes.text("decision").unwrap_or_default();
            decision(event, &whole, decided.starts_with("approved"), "source")
        }
        // What the operating system's sandbox let through, or did not.
        "sandbox_outcome" => {
            let outcome = event.attributes.text("outcome").unwrap_or_default();
            decision(event, &whole, !outcome.contains("denied"), "outcome")
        }
        "conversation_starts" => about(event, &whole, SystemEventType::STARTUP),
        "auth_recovery" => about(event, &whole, SystemEventType::AUTH_CHANGE),
        "user_prompt" => Ok(Made::Ignored("content")),
        _ => Ok(Made::Ignored("detail")),
    }
}

/// Codex sends two events when an answer is complete, and only one of them has counts. Both lack the duration.
fn completed(event: &Event<'_>, whole: String) -> Result<Made, InvalidValue> {
    let attributes = &event.attributes;
    let is_complete = attributes.text("event.kind").as_deref() == Some("response.completed");
    let counts = Counts {
        input: attributes.count("input_token_count"),
        output: attributes.count("output_token_count"),
        cache_read: attributes.count("cached_token_count"),
        cache_write: attributes.count("cache_write_token_count"),
        reasoning: attributes.count("reasoning_token_count"),
    };
    if !is_complete || (counts.input.is_none() && counts.output.is_none()) {
        return Ok(Made::Ignored("detail"));
    }
    call(
        event,
        whole,
        ExecutionStatus::Succeeded,
        counts.inclusive(),
        None,
    )
}

/// A request that failed. Of one that succeeded, another event has the counts.
fn request(event: &Event<'_>, whole: String) -> Result<Made, InvalidValue> {
    let attributes = &event.attributes;
    let error = attributes.glimpse("error.message");
    let end = End {
        failed: error.is_some(),
        texts: error.into_iter().collect(),
        ..End::default()
    };
    let status = status(attributes, &[], &end);
    if status == ExecutionStatus::Succeeded {
        return Ok(Made::Ignored("detail"));
    }
    let duration = attributes.millis("duration_ms");
    call(event, whole, status, Usage::default(), duration)
}

fn call(
    event: &Event<'_>,
    name: String,
    status: ExecutionStatus,
    usage: Usage,
    duration: Option<u64>,
) -> Result<Made, InvalidValue> {
    let trace = event.trace(CONVERSATION);
    Call {
        name,
        provider: "openai",
        status,
        usage,
        trace,
        duration,
    }
    .map(event)
}

fn decision(
    event: &Event<'_>,
    name: &str,
    allowed: bool,
    reason: &str,
) -> Result<Made, InvalidValue> {
    let source = event.attributes.text(reason);
    let by_user = source
        .as_deref()
        .is_some_and(|source| source.eq_ignore_ascii_case("user"));
    let decision = Decision {
        name,
        allowed,
        actor: if by_user {
            ActorType::Human
        } else {
            ActorType::System
        },
        actor_is_assumed: source.is_none(),
        reason: source,
        correlation: event.correlation(CONVERSATION),
    };
    Ok(Made::Drafts(vec![decision.entry(event)?]))
}

fn about(event: &Event<'_>, name: &str, event_type: SystemEventType) -> Result<Made, InvalidValue> {
    let correlation = event.correlation(CONVERSATION);
    let severity = Severity::Info;
    let about = About {
        component: "codex",
        name,
        event_type,
        severity,
        correlation,
    };
    Ok(Made::Drafts(vec![about.record(event)?]))
}
