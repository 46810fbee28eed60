//! Events about the agent itself: system records.

use logs_domain::{
    CausedBy, Component, CorrelationId, Draft, InvalidValue, NewSystemRecord, Severity, Summary,
    SystemEventType,
};

use super::Event;

/// The details that are kept. Names of files, commands, and texts of users are not among them.
const DETAILS: &[&str] = &[
    "status",
    "action",
    "trigger",
    "transport_type",
    "server_scope",
    "hook_event",
    "plugin.name",
    "plugin.version",
    "marketplace.name",
    "agent_type",
    "model",
    "decision_model",
    "error_type",
    "error.type",
    "provider_name",
    "approval_policy",
    "approval_mode",
    "sandbox_policy",
    "sandbox_enabled",
    "auth_type",
    "auth_mode",
    "auth_method",
    "outcome",
    "mode",
    "step",
];

/// The counts that are kept.
const COUNTS: &[&str] = &[
    "duration_ms",
    "status_code",
    "total_attempts",
    "total_retry_duration_ms",
    "attempt",
    "pre_tokens",
    "post_tokens",
    "tokens_before",
    "tokens_after",
];

/// What an event about an agent becomes.
pub(super) struct About<'a> {
    /// The agent, as the component.
    pub(super) component: &'a str,
    /// The whole name of the event.
    pub(super) name: &'a str,
    pub(super) event_type: SystemEventType,
    pub(super) severity: Severity,
    pub(super) correlation: Option<CorrelationId>,
}

impl About<'_> {
    pub(super) fn record(self, event: &Event<'_>) -> Result<Draft, InvalidValue> {
        let attributes = &event.attributes;
        let status = attributes.first_text(&["status", "action", "outcome"]);
        let summary = match status.filter(|status| status.len() <= 64) {
            Some(status) => format!("{} ({status})", self.name),
            None => self.name.to_owned(),
        };
        let mut record = NewSystemRecord::new(
            event.record_id(&event.key(self.name)),
            Component::new(self.component)?,
            self.event_type,
            self.severity,
            Summary::new(summary)?,
        );
        let mut kept = event.kept(self.name);
        for name in DETAILS {
            kept.text(name, attributes.text(name));
        }
        for name in COUNTS {
            kept.count(name, attributes.count(name));
        }
        kept.flag("success", attributes.flag("success"));
        kept.text("session_id", event.session().map(|id| id.to_string()));
        record.details = Some(kept.into_object()?);
        record.caused_by = Some(CausedBy::Automation);
        record.correlation_id = self.correlation;
        record.occurred_at = Some(event.time()?);
        Ok(record.into())
    }
}
