//! Decisions about tools and permissions: audit entries.

use logs_domain::{
    ActorId, ActorType, AuditEventType, CorrelationId, Draft, EntityId, EntityType, InvalidValue,
    JsonObject, NewAuditEntry, Reason,
};
use serde_json::{Map, Value as Json};

use super::Event;
use super::tool::call_key;

/// The type of a tool's call, whose id is that of its step.
const TOOL_CALL: &str = "TOOL_CALL";
/// The type of a conversation.
const SESSION: &str = "SESSION";

/// A decision about one call of a tool.
pub(super) struct Decision<'a> {
    /// The whole name of the event.
    pub(super) name: &'a str,
    pub(super) allowed: bool,
    pub(super) actor: ActorType,
    /// The actor is a guess: the event does not say who decided.
    pub(super) actor_is_assumed: bool,
    /// Where the decision came from, in the words of the agent.
    pub(super) reason: Option<String>,
    pub(super) correlation: Option<CorrelationId>,
}

impl Decision<'_> {
    /// The entry: `ToolAllowed` or `ToolRefused`.
    pub(super) fn entry(&self, event: &Event<'_>) -> Result<Draft, InvalidValue> {
        let event_type = if self.allowed {
            "ToolAllowed"
        } else {
            "ToolRefused"
        };
        let mut entry = NewAuditEntry::new(
            // A tool's event may be its step too: the kinds have ids of their own.
            event.record_id(&format!("{}:decision", event.key(self.name))),
            AuditEventType::new(event_type)?,
            EntityType::new(TOOL_CALL)?,
            EntityId::new(call_key(event, self.name))?,
            self.actor,
        );
        entry.actor_id = actor_id(event, self.actor);
        entry.action_reason = reason(self.reason.clone());
        entry.correlation_id.clone_from(&self.correlation);
        entry.occurred_at = Some(event.time()?);
        let tool = event.attributes.first_text(&["tool_name", "function_name"]);
        entry.after_state = Some(state(&[
            ("tool_name", tool),
            (
                "decision",
                event.attributes.first_text(&["decision", "outcome"]),
            ),
            ("session_id", event.session().map(|id| id.to_string())),
        ])?);
        let mut kept = event.kept(self.name);
        if self.actor_is_assumed {
            kept.assumed(&["actor_type"]);
        }
        entry.attributes = Some(kept.into_object()?);
        Ok(entry.into())
    }
}

/// The entry of a changed permission mode: `PermissionModeChanged`.
pub(super) fn mode_changed(
    event: &Event<'_>,
    name: &str,
    actor: ActorType,
    correlation: Option<CorrelationId>,
) -> Result<Draft, InvalidValue> {
    let attributes = &event.attributes;
    let key = event.key(name);
    let session = event.session().map(|id| id.to_string());
    let mut entry = NewAuditEntry::new(
        event.record_id(&key),
        AuditEventType::new("PermissionModeChanged")?,
        EntityType::new(SESSION)?,
        EntityId::new(session.clone().unwrap_or(key))?,
        actor,
    );
    entry.actor_id = actor_id(event, actor);
    entry.action_reason = reason(attributes.text("trigger"));
    entry.before_state = Some(state(&[("mode", attributes.text("from_mode"))])?);
    entry.after_state = Some(state(&[
        ("mode", attributes.text("to_mode")),
        ("session_id", session),
    ])?);
    entry.correlation_id = correlation;
    entry.occurred_at = Some(event.time()?);
    entry.attributes = Some(event.kept(name).into_object()?);
    Ok(entry.into())
}

/// A person is known by the id that the agent gives its user, and never by a mail address.
fn actor_id(event: &Event<'_>, actor: ActorType) -> Option<ActorId> {
    if actor != ActorType::Human {
        return None;
    }
    let id = event
        .attributes
        .first_text(&["user.id", "user.account_uuid", "installation.id"])?;
    ActorId::new(id).ok()
}

fn reason(text: Option<String>) -> Option<Reason> {
    text.and_then(|text| Reason::new(text).ok())
}

fn state(members: &[(&str, Option<String>)]) -> Result<JsonObject, InvalidValue> {
    let present = members
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), Json::String(value.clone()?))));
    JsonObject::from_value(&Json::Object(present.collect::<Map<_, _>>()))
        .map_err(|error| error.in_field("state"))
}
