//! A stored run.

use serde::{Deserialize, Serialize};

use crate::record::{checked_serde, derived_id};
use crate::{
    Cost, ExecutionStatus, InvalidValue, JsonObject, Model, NewLlmRun, Provider, RecordId,
    RecordSource, RunId, SessionId, TenantId, Timestamp, TokenCount, TraceId,
};

/// One stored call of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
#[non_exhaustive]
pub struct LlmRunSnapshot {
    /// Derived from the tenant and the run id.
    pub id: RecordId,
    /// The key of the run in its tenant.
    pub run_id: RunId,
    /// The trace that the run belongs to.
    pub trace_id: Option<TraceId>,
    /// The conversation that the run belongs to, which may span traces.
    pub session_id: Option<SessionId>,
    /// Whose run it is.
    pub tenant_id: TenantId,
    /// Who served the model.
    pub provider: Provider,
    /// The model that answered.
    pub model: Model,
    /// Tokens of the prompt, cache reads included; unknown is not zero.
    pub input_tokens: Option<TokenCount>,
    /// Tokens of the answer, reasoning included; unknown is not zero.
    pub output_tokens: Option<TokenCount>,
    /// What the call cost.
    #[serde(rename = "cost_nano_usd")]
    pub cost: Option<Cost>,
    /// How the call ended.
    pub execution_status: ExecutionStatus,
    /// When the call began, by the producer's clock.
    pub started_at: Timestamp,
    /// When the call ended, by the producer's clock.
    pub completed_at: Option<Timestamp>,
    /// What kind of client recorded the run.
    pub source: RecordSource,
    /// Whether this is a test and no work of a customer.
    pub is_synthetic: bool,
    /// The record time.
    pub created_at: Timestamp,
    /// The enclosing call, where there may be one. Sums of usage take only runs that no other
    /// run names here.
    pub parent_run_id: Option<RunId>,
    /// What else the producer said.
    pub attributes: Option<JsonObject>,
}

checked_serde!(LlmRunSnapshot);

impl LlmRunSnapshot {
    /// The run that `tenant_id` stored as `draft` at `created_at`.
    #[must_use]
    pub fn from_parts(tenant_id: TenantId, draft: NewLlmRun, created_at: Timestamp) -> Self {
        Self {
            id: RecordId::of_run(&tenant_id, &draft.run_id),
            run_id: draft.run_id,
            trace_id: draft.trace_id,
            session_id: draft.session_id,
            tenant_id,
            provider: draft.provider,
            model: draft.model,
            input_tokens: draft.input_tokens,
            output_tokens: draft.output_tokens,
            cost: draft.cost,
            execution_status: draft.execution_status,
            started_at: draft.started_at,
            completed_at: draft.completed_at,
            source: draft.source,
            is_synthetic: draft.is_synthetic,
            created_at,
            parent_run_id: draft.parent_run_id,
            attributes: draft.attributes,
        }
    }

    /// The draft that makes this run again.
    #[must_use]
    pub fn to_draft(&self) -> NewLlmRun {
        NewLlmRun {
            run_id: self.run_id.clone(),
            trace_id: self.trace_id.clone(),
            session_id: self.session_id.clone(),
            provider: self.provider.clone(),
            model: self.model.clone(),
            input_tokens: self.input_tokens,
            output_tokens: self.output_tokens,
            cost: self.cost,
            execution_status: self.execution_status,
            started_at: self.started_at,
            completed_at: self.completed_at,
            source: self.source,
            is_synthetic: self.is_synthetic,
            parent_run_id: self.parent_run_id.clone(),
            attributes: self.attributes.clone(),
        }
    }

    fn checked(self) -> Result<Self, InvalidValue> {
        let expected = RecordId::of_run(&self.tenant_id, &self.run_id);
        derived_id(self.id, expected).map(|()| self)
    }
}
