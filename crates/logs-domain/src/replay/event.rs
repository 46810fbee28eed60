//! What happened around a moment, from all topics.

use serde::{Deserialize, Serialize};

use crate::value::closed_set;
use crate::{
    AuditLedgerSnapshot, RecordId, RecordKind, SystemRecordSnapshot, Timestamp, TraceStepRecord,
};

closed_set! {
    /// The topic of a replay event. Events with equal times come in this order.
    ReplaySource("source") {
        /// A step of the trace.
        Llm = "llm",
        /// A system record of the tenant or the platform.
        System = "system",
        /// An audit entry about a policy rule or a limit.
        Policy = "policy",
    }
}

/// One event of a replay window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplayEvent {
    /// The topic of the event.
    pub source: ReplaySource,
    /// The kind of its record.
    pub kind: RecordKind,
    /// The id of its record. Kind and id lead to the evidence for the event. A system record of the tenant
    /// and one of the platform may have the same id.
    pub id: RecordId,
    /// Whether the record is the platform's.
    pub is_platform: bool,
    /// The index in the whole trace, for steps.
    pub step_index: Option<u32>,
    /// When it happened, by the producer's clock.
    pub timestamp: Timestamp,
    /// The skill of a step, else the event type.
    pub action: String,
    /// The outcome category of a step, the severity of a system record, the entity type of an
    /// audit entry.
    pub outcome: String,
}

impl ReplayEvent {
    /// The event of a step at the place `step_index` of its trace.
    #[must_use]
    pub fn of_step(step_index: u32, step: &TraceStepRecord) -> Self {
        Self {
            source: ReplaySource::Llm,
            kind: RecordKind::TraceStep,
            id: step.id,
            is_platform: false,
            step_index: Some(step_index),
            timestamp: step.timestamp,
            action: step.skill_name.to_string(),
            outcome: step.outcome_category.to_string(),
        }
    }
}

impl From<&SystemRecordSnapshot> for ReplayEvent {
    fn from(record: &SystemRecordSnapshot) -> Self {
        Self {
            source: ReplaySource::System,
            kind: RecordKind::SystemRecord,
            id: record.id,
            is_platform: record.is_platform(),
            step_index: None,
            timestamp: record.occurred_at,
            action: record.event_type.to_string(),
            outcome: record.severity.to_string(),
        }
    }
}

impl From<&AuditLedgerSnapshot> for ReplayEvent {
    fn from(entry: &AuditLedgerSnapshot) -> Self {
        Self {
            source: ReplaySource::Policy,
            kind: RecordKind::AuditEntry,
            id: entry.id,
            is_platform: false,
            step_index: None,
            timestamp: entry.occurred_at,
            action: entry.event_type.to_string(),
            outcome: entry.entity_type.to_string(),
        }
    }
}
