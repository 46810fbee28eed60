//! Which runs a list holds.

use crate::filter::{filter, takes, takes_optional};
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
        let Self {
            run_id,
            trace_id,
            session_id,
            provider,
            model,
            execution_status,
            source,
            is_synthetic,
            started,
            created,
        } = self;
        takes(run_id.as_ref(), &run.run_id)
            && takes_optional(trace_id.as_ref(), run.trace_id.as_ref())
            && takes_optional(session_id.as_ref(), run.session_id.as_ref())
            && takes(provider.as_ref(), &run.provider)
            && takes(model.as_ref(), &run.model)
            && takes(execution_status.as_ref(), &run.execution_status)
            && takes(source.as_ref(), &run.source)
            && takes(is_synthetic.as_ref(), &run.is_synthetic)
            && started.contains(run.started_at)
            && created.contains(run.created_at)
    }
}
