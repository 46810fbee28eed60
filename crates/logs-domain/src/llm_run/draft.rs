//! The draft of a run.

use crate::field::draft;
use crate::{
    Cost, ExecutionStatus, JsonObject, Model, Provider, RecordSource, RunId, SessionId, Timestamp,
    TokenCount, TraceId,
};

draft! {
    /// One call of a model, as its producer tells it.
    NewLlmRun: LlmRun {
        required {
            /// The key of the run in its tenant.
            run_id: RunId,
            /// Who served the model.
            provider: Provider,
            /// The model that answered.
            model: Model,
            /// How the call ended.
            execution_status: ExecutionStatus,
            /// When the call began, by the producer's clock.
            started_at: Timestamp,
            /// What kind of client recorded the run.
            source: RecordSource,
        }
        flags {
            /// Whether this is a test and no work of a customer.
            is_synthetic,
        }
        optional {
            /// The trace that the run belongs to.
            trace_id: TraceId,
            /// The conversation that the run belongs to, which may span traces.
            session_id: SessionId,
            /// Tokens of the prompt, cache reads included.
            input_tokens: TokenCount,
            /// Tokens of the answer, reasoning included.
            output_tokens: TokenCount,
            /// What the call cost.
            #[serde(rename = "cost_nano_usd")]
            cost as cost_nano_usd: Cost,
            /// When the call ended, by the producer's clock.
            completed_at: Timestamp,
            /// The enclosing call, where there may be one: an SDK and a framework often both report
            /// the same call. Sums of usage take only runs that no other run names here.
            parent_run_id: RunId,
            /// What else the producer said, kept and never interpreted. No prompts and no answers.
            attributes: JsonObject,
        }
    }
}
