//! A stored trace header and stored trace steps.

use serde::{Deserialize, Serialize};

use crate::page::StepOrder;
use crate::record::{checked_serde, derived_id};
use crate::{
    Cost, DurationMs, ExecutionStatus, InvalidValue, JsonObject, NewTrace, NewTraceStep,
    OutcomeCategory, RecordId, RunId, SkillName, StepKey, TenantId, Timestamp, TraceId,
};

/// The stored header of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
#[non_exhaustive]
pub struct TraceSnapshot {
    /// Derived from the tenant and the trace id.
    pub id: RecordId,
    /// The key of the trace in its tenant.
    pub trace_id: TraceId,
    /// Whose trace it is.
    pub tenant_id: TenantId,
    /// The run that the trace tells about.
    pub run_id: Option<RunId>,
    /// When the trace began, by the producer's clock.
    pub started_at: Option<Timestamp>,
    /// The record time.
    pub created_at: Timestamp,
    /// What else the producer said.
    pub attributes: Option<JsonObject>,
}

checked_serde!(TraceSnapshot);

impl TraceSnapshot {
    /// The header that `tenant_id` stored as `draft` at `created_at`.
    #[must_use]
    pub fn from_parts(tenant_id: TenantId, draft: NewTrace, created_at: Timestamp) -> Self {
        Self {
            id: RecordId::of_trace(&tenant_id, &draft.trace_id),
            trace_id: draft.trace_id,
            tenant_id,
            run_id: draft.run_id,
            started_at: draft.started_at,
            created_at,
            attributes: draft.attributes,
        }
    }

    /// The draft that makes this header again.
    #[must_use]
    pub fn to_draft(&self) -> NewTrace {
        NewTrace {
            trace_id: self.trace_id.clone(),
            run_id: self.run_id.clone(),
            started_at: self.started_at,
            attributes: self.attributes.clone(),
        }
    }

    fn checked(self) -> Result<Self, InvalidValue> {
        let expected = RecordId::of_trace(&self.tenant_id, &self.trace_id);
        derived_id(self.id, expected).map(|()| self)
    }
}

/// One step of a trace in its place, as [`get_trace_steps`] returns it.
///
/// [`get_trace_steps`]: crate::LogsReader::get_trace_steps
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TraceStepSnapshot {
    /// The place in the whole trace: the position of a positioned step; the others are numbered
    /// after the last position, by time and span id.
    pub step_index: u32,
    /// The key of the step in its trace.
    pub key: StepKey,
    /// The key of the step that this one is part of, as the producer claims: the trace need not
    /// hold it.
    pub parent: Option<StepKey>,
    /// When the step began, by the producer's clock.
    pub timestamp: Timestamp,
    /// What the step did.
    pub skill_name: SkillName,
    /// How the step ended.
    pub status: ExecutionStatus,
    /// How the step ended, in the producer's words.
    pub outcome_category: OutcomeCategory,
    /// What the step cost.
    #[serde(rename = "cost_nano_usd")]
    pub cost: Option<Cost>,
    /// How long the step took.
    pub duration_ms: DurationMs,
    /// What else the producer said.
    pub attributes: Option<JsonObject>,
}

impl TraceStepSnapshot {
    /// The step `draft` at the place `step_index` of its trace.
    #[must_use]
    pub fn from_parts(step_index: u32, draft: NewTraceStep) -> Self {
        Self {
            step_index,
            key: draft.key,
            parent: draft.parent,
            timestamp: draft.timestamp,
            skill_name: draft.skill_name,
            status: draft.status,
            outcome_category: draft.outcome_category,
            cost: draft.cost,
            duration_ms: draft.duration_ms,
            attributes: draft.attributes,
        }
    }
}

/// One stored step of any trace, with its key and record time, as [`list_trace_steps`] returns it.
///
/// [`list_trace_steps`]: crate::LogsReader::list_trace_steps
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
#[non_exhaustive]
pub struct TraceStepRecord {
    /// Derived from the tenant, the trace id and the key.
    pub id: RecordId,
    /// The trace that the step belongs to.
    pub trace_id: TraceId,
    /// Whose step it is.
    pub tenant_id: TenantId,
    /// The key of the step in its trace.
    pub key: StepKey,
    /// The key of the step that this one is part of, as the producer claims.
    pub parent: Option<StepKey>,
    /// When the step began, by the producer's clock.
    pub timestamp: Timestamp,
    /// What the step did.
    pub skill_name: SkillName,
    /// How the step ended.
    pub status: ExecutionStatus,
    /// How the step ended, in the producer's words.
    pub outcome_category: OutcomeCategory,
    /// What the step cost.
    #[serde(rename = "cost_nano_usd")]
    pub cost: Option<Cost>,
    /// How long the step took.
    pub duration_ms: DurationMs,
    /// What else the producer said.
    pub attributes: Option<JsonObject>,
    /// The record time.
    pub created_at: Timestamp,
}

checked_serde!(TraceStepRecord);

impl TraceStepRecord {
    /// The step that `tenant_id` stored as `draft` at `created_at`.
    #[must_use]
    pub fn from_parts(tenant_id: TenantId, draft: NewTraceStep, created_at: Timestamp) -> Self {
        Self {
            id: RecordId::of_step(&tenant_id, &draft.trace_id, &draft.key),
            trace_id: draft.trace_id,
            tenant_id,
            key: draft.key,
            parent: draft.parent,
            timestamp: draft.timestamp,
            skill_name: draft.skill_name,
            status: draft.status,
            outcome_category: draft.outcome_category,
            cost: draft.cost,
            duration_ms: draft.duration_ms,
            attributes: draft.attributes,
            created_at,
        }
    }

    /// The draft that makes this step again.
    #[must_use]
    pub fn to_draft(&self) -> NewTraceStep {
        NewTraceStep {
            trace_id: self.trace_id.clone(),
            key: self.key.clone(),
            parent: self.parent.clone(),
            timestamp: self.timestamp,
            skill_name: self.skill_name.clone(),
            status: self.status,
            outcome_category: self.outcome_category.clone(),
            cost: self.cost,
            duration_ms: self.duration_ms,
            attributes: self.attributes.clone(),
        }
    }

    /// Where the step stands among those of its trace.
    #[must_use]
    pub fn order(&self) -> StepOrder {
        match &self.key {
            StepKey::Position(position) => StepOrder::Position(*position),
            StepKey::Span(span_id) => StepOrder::Span {
                timestamp: self.timestamp,
                span_id: span_id.clone(),
            },
        }
    }

    fn checked(self) -> Result<Self, InvalidValue> {
        let expected = RecordId::of_step(&self.tenant_id, &self.trace_id, &self.key);
        derived_id(self.id, expected).map(|()| self)
    }
}
