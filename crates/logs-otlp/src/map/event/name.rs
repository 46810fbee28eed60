//! The name of an event, which senders write in three places.

use crate::map::attributes::Attributes;
use crate::map::source::Source;
use crate::wire::common::{Value, decoded};
use crate::wire::logs::LogRecord;

/// The longest encoded body that may be a name.
const MAX_BODY_BYTES: usize = 128;

/// The sender of an event, and its name without that of the sender.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    ClaudeCode(String),
    Codex(String),
    GeminiCli(String),
    Other(String),
    None,
}

/// The first of event name, attribute `event.name` and body that names an event of an agent; else the first of
/// the attribute and the event name. Codex writes a place in its source code as event name, and Claude Code the
/// whole name only in the body.
pub(super) fn of(record: &LogRecord, attributes: &Attributes<'_>, source: &Source<'_>) -> Name {
    let event_name = attributes.checked("eventName", &record.event_name);
    let attribute = attributes.text("event.name");
    let body = record
        .body
        .as_ref()
        .filter(|body| body.len() <= MAX_BODY_BYTES);
    let body = match body.and_then(decoded) {
        Some(Value::Text(text)) => std::str::from_utf8(&text).ok().map(str::to_owned),
        Some(_) | None => None,
    };
    let places = [&event_name, &attribute, &body];
    for name in places.into_iter().flatten() {
        if let Some(name) = name.strip_prefix("claude_code.") {
            return Name::ClaudeCode(name.to_owned());
        }
        if let Some(name) = name.strip_prefix("codex.") {
            return Name::Codex(name.to_owned());
        }
        if let Some(name) = name.strip_prefix("gemini_cli.") {
            return Name::GeminiCli(name.to_owned());
        }
    }
    let of_claude_code = source.scope_name.as_deref() == Some("com.anthropic.claude_code.events");
    match attribute.or(event_name) {
        Some(name) if of_claude_code => Name::ClaudeCode(name),
        Some(name) => Name::Other(name),
        None => Name::None,
    }
}
