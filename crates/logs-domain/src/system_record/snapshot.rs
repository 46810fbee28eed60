//! A stored system record.

use serde::{Deserialize, Serialize};

use crate::{
    CausedBy, Component, CorrelationId, JsonObject, NewSystemRecord, RecordId, Severity, Summary,
    SystemEventType, TenantId, Timestamp,
};

/// Something that happened on the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SystemRecordSnapshot {
    /// The key of the record.
    pub id: RecordId,
    /// Whom it concerns; `None` for the platform itself, which every tenant can read.
    pub tenant_id: Option<TenantId>,
    /// The part of the platform that it happened in.
    pub component: Component,
    /// What happened.
    pub event_type: SystemEventType,
    /// How serious it is.
    pub severity: Severity,
    /// What happened, for people.
    pub summary: Summary,
    /// More about it.
    pub details: Option<JsonObject>,
    /// What set it off.
    pub caused_by: Option<CausedBy>,
    /// What ties it to other records.
    pub correlation_id: Option<CorrelationId>,
    /// When it happened, by the producer's clock, or else the record time.
    pub occurred_at: Timestamp,
    /// The record time.
    pub created_at: Timestamp,
}

impl SystemRecordSnapshot {
    /// The record that `tenant_id` (`None`: the platform) stored as `draft` at `created_at`.
    #[must_use]
    pub fn from_parts(
        tenant_id: Option<TenantId>,
        draft: NewSystemRecord,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id: draft.id,
            tenant_id,
            component: draft.component,
            event_type: draft.event_type,
            severity: draft.severity,
            summary: draft.summary,
            details: draft.details,
            caused_by: draft.caused_by,
            correlation_id: draft.correlation_id,
            occurred_at: draft.occurred_at.unwrap_or(created_at),
            created_at,
        }
    }

    /// The draft that makes this record again, its `occurred_at` named.
    #[must_use]
    pub fn to_draft(&self) -> NewSystemRecord {
        NewSystemRecord {
            id: self.id,
            component: self.component.clone(),
            event_type: self.event_type.clone(),
            severity: self.severity,
            summary: self.summary.clone(),
            details: self.details.clone(),
            caused_by: self.caused_by,
            correlation_id: self.correlation_id.clone(),
            occurred_at: Some(self.occurred_at),
        }
    }

    /// Whether it is the platform's own.
    #[must_use]
    pub const fn is_platform(&self) -> bool {
        self.tenant_id.is_none()
    }
}
