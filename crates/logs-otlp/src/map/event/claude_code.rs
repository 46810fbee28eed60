//! The events of Claude Code.

use logs_domain::{ActorType, ExecutionStatus, InvalidValue, Severity, SystemEventType};

use super::call::Call;
use super::decision::{Decision, mode_changed};
use super::system::About;
use super::{Event, Made, tool};
use crate::map::field::status::{End, status};
use crate::map::field::tokens;
use crate::map::ids;
use crate::map::settings::AgentCalls;

/// The turn; else the session.
const TURN: &[&str] = &["prompt.id", "session.id"];

/// What sets off a change of the permission mode that a person does not.
const MODE_TRIGGERS_OF_PROGRAMS: &[&str] = &["auto_gate_denied", "sdk", "config"];

pub(super) fn map(event: &Event<'_>, name: &str) -> Result<Made, InvalidValue> {
    let whole = format!("claude_code.{name}");
    match name {
        "api_request" | "api_error" => call(event, name, whole),
        "tool_result" => {
            let step = tool::step(event, &whole, event.trace(TURN))?;
            Ok(Made::Drafts(vec![step]))
        }
        "tool_decision" => {
            let entry = decision(event, &whole).entry(event)?;
            Ok(Made::Drafts(vec![entry]))
        }
        "permission_mode_changed" => {
            let trigger = event.attributes.text("trigger").unwrap_or_default();
            let actor = match MODE_TRIGGERS_OF_PROGRAMS.contains(&trigger.as_str()) {
                true => ActorType::System,
                false => ActorType::Human,
            };
            let entry = mode_changed(event, &whole, actor, event.correlation(TURN))?;
            Ok(Made::Drafts(vec![entry]))
        }
        "user_prompt" | "assistant_response" | "api_request_body" | "api_response_body" => {
            Ok(Made::Ignored("content"))
        }
        _ => match about(event, name) {
            Some((event_type, severity)) => {
                let about = About {
                    component: "claude-code",
                    name: &whole,
                    event_type,
                    severity,
                    correlation: event.correlation(TURN),
                };
                Ok(Made::Drafts(vec![about.record(event)?]))
            }
            None => Ok(Made::Ignored("detail")),
        },
    }
}

fn call(event: &Event<'_>, name: &str, whole: String) -> Result<Made, InvalidValue> {
    let in_span = ids::trace(&event.record.trace_id).is_ok();
    if event.settings.agent_calls == AgentCalls::FromSpans && in_span {
        return Ok(Made::Ignored("detail"));
    }
    let attributes = &event.attributes;
    let status = if name == "api_request" {
        ExecutionStatus::Succeeded
    } else {
        let texts = attributes.glimpse("error").into_iter().collect();
        let end = End {
            failed: true,
            texts,
            ..End::default()
        };
        status(attributes, &[], &end)
    };
    let call = Call {
        name: whole,
        provider: "anthropic",
        status,
        usage: tokens::claude_code(attributes).exclusive(),
        trace: event.trace(TURN),
        duration: attributes.millis("duration_ms"),
    };
    call.map(event)
}

fn decision<'a>(event: &Event<'_>, name: &'a str) -> Decision<'a> {
    let source = event.attributes.text("source");
    let by_user = source
        .as_deref()
        .is_some_and(|source| source.starts_with("user"));
    Decision {
        name,
        allowed: event.attributes.text("decision").as_deref() == Some("accept"),
        actor: if by_user {
            ActorType::Human
        } else {
            ActorType::System
        },
        actor_is_assumed: source.is_none(),
        reason: source,
        correlation: event.correlation(TURN),
    }
}

/// The events that become system records.
fn about(event: &Event<'_>, name: &str) -> Option<(SystemEventType, Severity)> {
    let failed = event
        .attributes
        .first_text(&["status", "outcome"])
        .is_some_and(|status| ["fail", "error"].iter().any(|word| status.contains(word)))
        || event.attributes.flag("success") == Some(false);
    let severity = if failed {
        Severity::Warn
    } else {
        Severity::Info
    };
    let as_named = || SystemEventType::new(format!("claude_code.{name}")).ok();
    match name {
        "auth" => Some((SystemEventType::AUTH_CHANGE, severity)),
        "internal_error" => Some((SystemEventType::ERROR, Severity::Warn)),
        "api_refusal" | "api_retries_exhausted" => Some((as_named()?, Severity::Warn)),
        "mcp_server_connection" | "compaction" | "subagent_completed" => {
            Some((as_named()?, severity))
        }
        _ if name.starts_with("hook_") || name.starts_with("plugin_") => {
            Some((as_named()?, severity))
        }
        _ => None,
    }
}
