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
            run_id: RunId = fact,
            /// Who served the model.
            provider: Provider = fact,
            /// The model that answered.
            model: Model = fact,
            /// How the call ended.
            execution_status: ExecutionStatus = fact,
            /// When the call began, by the producer's clock.
            started_at: Timestamp = fact,
            /// What kind of client recorded the run.
            source: RecordSource = fact,
        }
        flags {
            /// Whether this is a test and no work of a customer.
            is_synthetic = fact,
        }
        optional {
            /// The trace that the run belongs to.
            trace_id: TraceId = fact,
            /// The conversation that the run belongs to, which may span traces.
            session_id: SessionId = fact,
            /// Tokens of the prompt, cache reads included.
            input_tokens: TokenCount = fact,
            /// Tokens of the answer, reasoning included.
            output_tokens: TokenCount = fact,
            /// What the call cost.
            #[serde(rename = "cost_nano_usd")]
            cost: Cost = fact cost_nano_usd,
            /// When the call ended, by the producer's clock.
            completed_at: Timestamp = fact,
            /// The enclosing call, where there may be one: an SDK and a framework often both report
            /// the same call. Sums of usage take only runs that no other run names here.
            parent_run_id: RunId = fact,
            /// What else the producer said, kept and never interpreted. No prompts and no answers.
            attributes: JsonObject = content,
        }
    }
}
