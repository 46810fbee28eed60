//! Events that tell how a tool ended: a step of the turn's trace.

use logs_domain::{
    Draft, DurationMs, InvalidValue, NewTraceStep, SkillName, SpanId, StepKey, TraceId,
};

use super::Event;
use crate::map::field::status::{End, status};
use crate::map::field::{outcome, skill};
use crate::map::span::tool_call_id;

/// The step of the event `name`. Its key is the id of the call where there is one.
pub(super) fn step(
    event: &Event<'_>,
    name: &str,
    trace: Option<TraceId>,
) -> Result<Draft, InvalidValue> {
    let attributes = &event.attributes;
    let key = call_key(event, name);
    let completed_at = event.time()?;
    let duration = DurationMs::new(attributes.millis("duration_ms").unwrap_or_default())?;
    let micros = i64::try_from(duration.get().saturating_mul(1000)).unwrap_or(i64::MAX);
    let status = status(attributes, &[], &End::default());
    let mut step = NewTraceStep::new(
        // Without a turn or a conversation, the call is a trace of its own.
        trace.map_or_else(|| TraceId::new(event.key(name)), Ok)?,
        StepKey::Span(SpanId::new(&key)?),
        completed_at.saturating_add_micros(-micros),
        skill::skill(attributes).map_or_else(|| SkillName::new(name), Ok)?,
        status,
        outcome::outcome(attributes, &[], status)?,
        duration,
    );
    let mut kept = event.kept(name);
    kept.text("session_id", event.session().map(|id| id.to_string()));
    kept.text("tool_call_id", tool_call_id(attributes));
    kept.text("mcp_server_scope", attributes.text("mcp_server_scope"));
    kept.assumed(&["timestamp"]);
    step.attributes = Some(kept.into_object()?);
    Ok(step.into())
}

/// The id of a tool's call; else the key of the event. A decision about the call names the same.
pub(super) fn call_key(event: &Event<'_>, name: &str) -> String {
    tool_call_id(&event.attributes)
        .filter(|id| SpanId::new(id).is_ok())
        .unwrap_or_else(|| event.key(name))
}
