//! Which runs a list holds.

use super::{filter, takes, takes_optional};
use crate::{
    ExecutionStatus, LlmRunSnapshot, Model, Provider, RecordSource, RunId, SessionId, TraceId,
};

filter! {
    /// Which runs a list holds.
    LlmRunFilter {
        /// The run id.
        run_id: RunId,
        /// The trace.
        trace_id: TraceId,
        /// The conversation.
        session_id: SessionId,
        /// Who served the model.
        provider: Provider,
        /// The model.
        model: Model,
        /// How the call ended.
        execution_status: ExecutionStatus,
        /// What kind of client recorded the run.
        source: RecordSource,
        /// Only tests, or only work of customers.
        is_synthetic: bool;
        /// When the call began.
        started: "started_from".."started_to",
        /// The record time.
        created: "created_from".."created_to",
    }
}

impl LlmRunFilter {
    /// Whether the list holds `run`.
    #[must_use]
    pub fn matches(&self, run: &LlmRunSnapshot) -> bool {
        takes(self.run_id.as_ref(), &run.run_id)
            && takes_optional(self.trace_id.as_ref(), run.trace_id.as_ref())
            && takes_optional(self.session_id.as_ref(), run.session_id.as_ref())
            && takes(self.provider.as_ref(), &run.provider)
            && takes(self.model.as_ref(), &run.model)
            && takes(self.execution_status.as_ref(), &run.execution_status)
            && takes(self.source.as_ref(), &run.source)
            && takes(self.is_synthetic.as_ref(), &run.is_synthetic)
            && self.started.contains(run.started_at)
            && self.created.contains(run.created_at)
    }
}
