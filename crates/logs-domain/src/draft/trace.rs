//! The drafts of a trace's header and of its steps.

use serde::{Deserialize, Serialize};

use super::{StepKey, options};
use crate::digest::FieldSink;
use crate::{
    Cost, DurationMs, ExecutionStatus, JsonObject, OutcomeCategory, RunId, SkillName, Timestamp,
    TraceId,
};

/// The header of a trace. Steps are accepted and readable without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewTrace {
    /// The key of the trace in its tenant.
    pub trace_id: TraceId,
    /// The run that the trace tells about.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// When the trace began, by the producer's clock.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
}

impl NewTrace {
    /// A header with nothing optional.
    #[must_use]
    pub const fn new(trace_id: TraceId) -> Self {
        Self {
            trace_id,
            run_id: None,
            started_at: None,
        }
    }

    options! {
        /// Sets the run that the trace tells about.
        run_id: RunId,
        /// Sets when the trace began.
        started_at: Timestamp,
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.text("trace_id", self.trace_id.as_str());
        sink.optional_text("run_id", self.run_id.as_ref().map(RunId::as_str));
        sink.optional_integer("started_at", self.started_at.map(Timestamp::as_micros));
    }
}

/// One step of a trace, as its producer tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewTraceStep {
    /// The trace that the step belongs to.
    pub trace_id: TraceId,
    /// The key of the step in its trace: `{"position":3}` or `{"span":"00f067aa0ba902b7"}`.
    pub key: StepKey,
    /// The step of the same trace that this one is part of. A claim like any other: a store need
    /// not have that step, and it may even be this one.
    #[serde(default)]
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
    #[serde(default, rename = "cost_nano_usd")]
    pub cost: Option<Cost>,
    /// How long the step took.
    pub duration_ms: DurationMs,
    /// What else the producer said, kept and never interpreted. No prompts and no answers.
    #[serde(default)]
    pub attributes: Option<JsonObject>,
}

impl NewTraceStep {
    /// A step with nothing optional.
    #[must_use]
    pub const fn new(
        trace_id: TraceId,
        key: StepKey,
        timestamp: Timestamp,
        skill_name: SkillName,
        status: ExecutionStatus,
        outcome_category: OutcomeCategory,
        duration_ms: DurationMs,
    ) -> Self {
        Self {
            trace_id,
            key,
            parent: None,
            timestamp,
            skill_name,
            status,
            outcome_category,
            cost: None,
            duration_ms,
            attributes: None,
        }
    }

    options! {
        /// Sets the step of the same trace that this one is part of.
        parent: StepKey,
        /// Sets what the step cost.
        cost: Cost,
        /// Sets what else the producer said.
        attributes: JsonObject,
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.text("trace_id", self.trace_id.as_str());
        self.key.write_to(sink);
        sink.integer("timestamp", self.timestamp.as_micros());
        sink.text("skill_name", self.skill_name.as_str());
        sink.text("status", self.status.as_str());
        sink.text("outcome_category", self.outcome_category.as_str());
        sink.optional_integer("cost_nano_usd", self.cost.map(Cost::nano_usd));
        sink.integer("duration_ms", self.duration_ms.as_i64());
        sink.optional_text(
            "attributes",
            self.attributes.as_ref().map(JsonObject::as_str),
        );
        if let Some(parent) = &self.parent {
            parent.write_as_parent(sink);
        }
    }
}
