//! The draft of a run.

use serde::{Deserialize, Serialize};

use super::options;
use crate::digest::FieldSink;
use crate::{
    Cost, ExecutionStatus, JsonObject, Model, Provider, RecordSource, RunId, Timestamp, TokenCount,
    TraceId,
};

/// One call of a model, as its producer tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewLlmRun {
    /// The key of the run in its tenant.
    pub run_id: RunId,
    /// The trace that the run belongs to.
    #[serde(default)]
    pub trace_id: Option<TraceId>,
    /// Who served the model.
    pub provider: Provider,
    /// The model that answered.
    pub model: Model,
    /// Tokens of the prompt, cache reads included.
    #[serde(default)]
    pub input_tokens: Option<TokenCount>,
    /// Tokens of the answer, reasoning included.
    #[serde(default)]
    pub output_tokens: Option<TokenCount>,
    /// What the call cost.
    #[serde(default, rename = "cost_nano_usd")]
    pub cost: Option<Cost>,
    /// How the call ended.
    pub execution_status: ExecutionStatus,
    /// When the call began, by the producer's clock.
    pub started_at: Timestamp,
    /// When the call ended, by the producer's clock.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// What kind of client recorded the run.
    pub source: RecordSource,
    /// Whether this is a test and no work of a customer.
    #[serde(default)]
    pub is_synthetic: bool,
    /// The enclosing call, where there may be one: an SDK and a framework often both report the
    /// same call. Sums of usage take only runs that no other run names here.
    #[serde(default)]
    pub parent_run_id: Option<RunId>,
    /// What else the producer said, kept and never interpreted. No prompts and no answers.
    #[serde(default)]
    pub attributes: Option<JsonObject>,
}

impl NewLlmRun {
    /// A run with nothing optional, not synthetic.
    #[must_use]
    pub const fn new(
        run_id: RunId,
        provider: Provider,
        model: Model,
        execution_status: ExecutionStatus,
        started_at: Timestamp,
        source: RecordSource,
    ) -> Self {
        Self {
            run_id,
            trace_id: None,
            provider,
            model,
            input_tokens: None,
            output_tokens: None,
            cost: None,
            execution_status,
            started_at,
            completed_at: None,
            source,
            is_synthetic: false,
            parent_run_id: None,
            attributes: None,
        }
    }

    options! {
        /// Sets the trace that the run belongs to.
        trace_id: TraceId,
        /// Sets the tokens of the prompt.
        input_tokens: TokenCount,
        /// Sets the tokens of the answer.
        output_tokens: TokenCount,
        /// Sets what the call cost.
        cost: Cost,
        /// Sets when the call ended.
        completed_at: Timestamp,
        /// Sets the enclosing call.
        parent_run_id: RunId,
        /// Sets what else the producer said.
        attributes: JsonObject,
    }

    /// Sets whether this is a test and no work of a customer.
    #[must_use]
    pub const fn synthetic(mut self, is_synthetic: bool) -> Self {
        self.is_synthetic = is_synthetic;
        self
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.text("run_id", self.run_id.as_str());
        sink.optional_text("trace_id", self.trace_id.as_ref().map(TraceId::as_str));
        sink.text("provider", self.provider.as_str());
        sink.text("model", self.model.as_str());
        sink.optional_integer("input_tokens", self.input_tokens.map(TokenCount::as_i64));
        sink.optional_integer("output_tokens", self.output_tokens.map(TokenCount::as_i64));
        sink.optional_integer("cost_nano_usd", self.cost.map(Cost::nano_usd));
        sink.text("execution_status", self.execution_status.as_str());
        sink.integer("started_at", self.started_at.as_micros());
        sink.optional_integer("completed_at", self.completed_at.map(Timestamp::as_micros));
        sink.text("source", self.source.as_str());
        sink.integer("is_synthetic", i64::from(self.is_synthetic));
        sink.optional_text(
            "parent_run_id",
            self.parent_run_id.as_ref().map(RunId::as_str),
        );
        sink.optional_text(
            "attributes",
            self.attributes.as_ref().map(JsonObject::as_str),
        );
    }
}
