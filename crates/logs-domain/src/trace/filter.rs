//! Which trace headers and trace steps a list holds.

use crate::filter::{filter, takes, takes_optional};
use crate::{RunId, TraceId, TraceSnapshot, TraceStepRecord};

filter! {
    /// Which trace headers a list holds.
    TraceFilter {
        /// The trace.
        trace_id: TraceId,
        /// The run that the trace tells about.
        run_id: RunId;
        /// The record time.
        created: "created_from".."created_to",
    }
}

impl TraceFilter {
    /// Whether the list holds `trace`.
    #[must_use]
    pub fn matches(&self, trace: &TraceSnapshot) -> bool {
        let Self {
            trace_id,
            run_id,
            created,
        } = self;
        takes(trace_id.as_ref(), &trace.trace_id)
            && takes_optional(run_id.as_ref(), trace.run_id.as_ref())
            && created.contains(trace.created_at)
    }
}

filter! {
    /// Which steps of all traces a list holds.
    TraceStepFilter {
        /// The trace.
        trace_id: TraceId;
        /// The record time.
        created: "created_from".."created_to",
    }
}

impl TraceStepFilter {
    /// Whether the list holds `step`.
    #[must_use]
    pub fn matches(&self, step: &TraceStepRecord) -> bool {
        let Self { trace_id, created } = self;
        takes(trace_id.as_ref(), &step.trace_id) && created.contains(step.created_at)
    }
}
