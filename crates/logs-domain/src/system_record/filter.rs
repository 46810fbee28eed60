//! Which system records a list holds.

use crate::filter::{filter, takes, takes_optional};
use crate::{Component, CorrelationId, Severity, SystemEventType, SystemRecordSnapshot};

filter! {
    /// Which system records a list holds, of the tenant and of the platform.
    SystemRecordFilter {
        /// The part of the platform.
        component: Component,
        /// What happened.
        event_type: SystemEventType,
        /// How serious it is.
        severity: Severity,
        /// What ties it to other records.
        correlation_id: CorrelationId;
        /// When it happened.
        occurred: "occurred_from".."occurred_to",
        /// The record time.
        created: "created_from".."created_to",
    }
}

impl SystemRecordFilter {
    /// Whether the list holds `record`.
    #[must_use]
    pub fn matches(&self, record: &SystemRecordSnapshot) -> bool {
        let Self {
            component,
            event_type,
            severity,
            correlation_id,
            occurred,
            created,
        } = self;
        takes(component.as_ref(), &record.component)
            && takes(event_type.as_ref(), &record.event_type)
            && takes(severity.as_ref(), &record.severity)
            && takes_optional(correlation_id.as_ref(), record.correlation_id.as_ref())
            && occurred.contains(record.occurred_at)
            && created.contains(record.created_at)
    }
}
