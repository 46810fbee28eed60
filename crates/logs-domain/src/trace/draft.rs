//! The drafts of a trace's header and of its steps.

use crate::field::draft;
use crate::{
    Cost, DurationMs, ExecutionStatus, JsonObject, OutcomeCategory, RunId, SkillName, StepKey,
    Timestamp, TraceId,
};

draft! {
    /// The header of a trace. Steps are accepted and readable without it.
    NewTrace: Trace {
        required {
            /// The key of the trace in its tenant.
            trace_id: TraceId = fact,
        }
        optional {
            /// The run that the trace tells about.
            run_id: RunId = fact,
            /// When the trace began, by the producer's clock.
            started_at: Timestamp = fact,
            /// What else the producer said, kept and never interpreted. No prompts and no answers.
            attributes: JsonObject = content,
        }
    }
}

draft! {
    /// One step of a trace, as its producer tells it.
    NewTraceStep: TraceStep {
        required {
            /// The trace that the step belongs to.
            trace_id: TraceId = fact,
            /// The key of the step in its trace: `{"position":3}` or `{"span":"00f067aa0ba902b7"}`.
            key: StepKey = fact position | fact span_id,
            /// When the step began, by the producer's clock.
            timestamp: Timestamp = fact,
            /// What the step did.
            skill_name: SkillName = fact,
            /// How the step ended.
            status: ExecutionStatus = fact,
            /// How the step ended, in the producer's words.
            outcome_category: OutcomeCategory = fact,
            /// How long the step took.
            duration_ms: DurationMs = fact,
        }
        optional {
            /// The step of the same trace that this one is part of. A claim like any other: a store
            /// need not have that step, and it may even be this one.
            parent: StepKey = fact parent_position | fact parent_span_id,
            /// What the step cost.
            #[serde(rename = "cost_nano_usd")]
            cost: Cost = fact cost_nano_usd,
            /// What else the producer said, kept and never interpreted. No prompts and no answers.
            attributes: JsonObject = content,
        }
    }
}
