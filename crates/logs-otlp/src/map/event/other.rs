//! All other log records.

use logs_domain::{InvalidValue, Severity, SystemEventType};

use super::system::About;
use super::{Event, Made};

/// The first number of each severity, in OTLP.
const WARN: i32 = 13;
const FATAL: i32 = 21;

/// Names of events that hold prompts and answers.
const CONTENT: &[&str] = &[
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
    "gen_ai.user.message",
    "gen_ai.system.message",
    "gen_ai.assistant.message",
    "gen_ai.tool.message",
    "gen_ai.choice",
];

/// What ties a record to others.
const CORRELATION: &[&str] = &[
    "prompt.id",
    "gen_ai.conversation.id",
    "conversation.id",
    "session.id",
];

/// A record with a name that warns becomes a system record, and so does the start of a Copilot session.
pub(super) fn map(event: &Event<'_>, name: &str) -> Result<Made, InvalidValue> {
    if CONTENT.contains(&name) {
        return Ok(Made::Ignored("content"));
    }
    let (event_type, severity) = match (name, event.record.severity_number) {
        ("gen_ai.client.inference.operation.details", _) => return Ok(Made::Ignored("detail")),
        ("copilot_chat.session.start", _) => (SystemEventType::STARTUP, Severity::Info),
        (_, ..WARN) => return Ok(Made::Ignored("other")),
        (_, WARN..FATAL) => (SystemEventType::new(name)?, Severity::Warn),
        (_, FATAL..) => (SystemEventType::new(name)?, Severity::Critical),
    };
    let service = event.source.service_name.as_deref();
    let component = service
        .or(event.source.scope_name.as_deref())
        .unwrap_or("unknown");
    let correlation = event.correlation(CORRELATION);
    let about = About {
        component,
        name,
        event_type,
        severity,
        correlation,
    };
    Ok(Made::Drafts(vec![about.record(event)?]))
}
