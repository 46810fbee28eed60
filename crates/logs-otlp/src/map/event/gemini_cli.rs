//! The events of Gemini CLI.

use logs_domain::{ActorType, InvalidValue, Severity, SystemEventType};

use super::call::Call;
use super::decision::{Decision, mode_changed};
use super::system::About;
use super::{Event, Made, tool};
use crate::map::field::status::{End, status};
use crate::map::field::tokens::{Counts, Usage};
use crate::map::settings::AgentCalls;

/// The turn; else the session.
const TURN: &[&str] = &["prompt_id", "session.id"];

pub(super) fn map(event: &Event<'_>, name: &str) -> Result<Made, InvalidValue> {
    let whole = format!("gemini_cli.{name}");
    match name {
        "api_response" | "api_error" => call(event, name, whole),
        "tool_call" => {
            let step = tool::step(event, &whole, event.trace(TURN))?;
            let entry = decision(event, &whole).entry(event)?;
            Ok(Made::Drafts(vec![step, entry]))
        }
        "plan.approval_mode_switch" | "approval_mode_switch" => {
            let entry = mode_changed(event, &whole, ActorType::Human, event.correlation(TURN))?;
            Ok(Made::Drafts(vec![entry]))
        }
        "config" => about(
            event,
            &whole,
            Some(SystemEventType::STARTUP),
            Severity::Info,
        ),
        "chat_compression"
        | "extension_install"
        | "extension_uninstall"
        | "extension_enable"
        | "extension_disable"
        | "hook_call" => about(event, &whole, None, Severity::Info),
        "flash_fallback" | "network_retry_attempt" | "content_retry_failure" => {
            about(event, &whole, None, Severity::Warn)
        }
        "user_prompt" => Ok(Made::Ignored("content")),
        _ => Ok(Made::Ignored("detail")),
    }
}

fn call(event: &Event<'_>, name: &str, whole: String) -> Result<Made, InvalidValue> {
    if event.settings.agent_calls == AgentCalls::FromSpans {
        return Ok(Made::Ignored("detail"));
    }
    let attributes = &event.attributes;
    let (status, usage) = if name == "api_response" {
        (status(attributes, &[], &End::default()), usage(event))
    } else {
        let texts = attributes.glimpse("error.message").into_iter().collect();
        let end = End {
            failed: true,
            texts,
            ..End::default()
        };
        (status(attributes, &[], &end), Usage::default())
    };
    let call = Call {
        name: whole,
        provider: "gcp.gemini",
        status,
        usage,
        trace: event.trace(TURN),
        duration: attributes.millis("duration_ms"),
    };
    call.map(event)
}

/// The input holds what a cache held. The output does not hold what the model thought.
fn usage(event: &Event<'_>) -> Usage {
    let attributes = &event.attributes;
    let reasoning = attributes.count("thoughts_token_count");
    let output = attributes.count("output_token_count");
    let counts = Counts {
        input: attributes.count("input_token_count"),
        output: output.map(|output| output.saturating_add(reasoning.unwrap_or_default())),
        cache_read: attributes.count("cached_content_token_count"),
        cache_write: None,
        reasoning,
    };
    counts.inclusive()
}

/// `accept`, `auto_accept` (for the whole session), `modify` or `reject`. A tool that was withheld has none,
/// and its call failed. Nothing says who decided: a person can only where the agent runs interactively.
fn decision<'a>(event: &Event<'_>, name: &'a str) -> Decision<'a> {
    let attributes = &event.attributes;
    let decided = attributes.text("decision");
    let allowed = match decided.as_deref() {
        Some("reject") => false,
        Some(_) => true,
        None => attributes.flag("success") == Some(true),
    };
    let is_interactive = attributes.flag("interactive") == Some(true);
    let by_user = is_interactive && decided.is_some();
    Decision {
        name,
        allowed,
        actor: if by_user {
            ActorType::Human
        } else {
            ActorType::System
        },
        actor_is_assumed: is_interactive,
        reason: decided.or_else(|| attributes.text("error_type")),
        correlation: event.correlation(TURN),
    }
}

fn about(
    event: &Event<'_>,
    name: &str,
    event_type: Option<SystemEventType>,
    severity: Severity,
) -> Result<Made, InvalidValue> {
    let event_type = event_type.map_or_else(|| SystemEventType::new(name), Ok)?;
    let correlation = event.correlation(TURN);
    let about = About {
        component: "gemini-cli",
        name,
        event_type,
        severity,
        correlation,
    };
    Ok(Made::Drafts(vec![about.record(event)?]))
}
