//! Runs: what a model was asked to do, and what interfered with it.

use logs_domain::{
    AuditLedgerSnapshot, GovernanceFilter, LlmRunFilter, LlmRunSnapshot, PageRequest, RunId,
    StoreResult, TenantId, TraceId,
};
use serde::Serialize;

use crate::{Answer, Evidence, LogsFacade, Page};

/// A run with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunEnvelope {
    /// The evidence of the run. Policies, incidents and actors come from the newest governance events of the run.
    pub evidence: Evidence,
    /// The run.
    pub record: LlmRunSnapshot,
    /// The trace of the run: its own, or else that of a header that names the run.
    pub trace_id: Option<TraceId>,
    /// How long the call took, in microseconds, where both ends are known and in order.
    pub duration_micros: Option<i64>,
    /// Whether more governance events name this run than were read for `evidence`.
    pub has_more_governance: bool,
}

impl LogsFacade {
    /// Runs, newest first.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn llm_runs(
        &self,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<LlmRunSnapshot>>> {
        self.page(tenant, self.store.list_llm_runs(tenant, filter, page))
            .await
    }

    /// A run with what belongs to it, if the tenant has it.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn llm_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<RunEnvelope>> {
        let Some(run) = self.store.get_llm_run(tenant, run_id).await? else {
            return Ok(None);
        };
        let trace_id = self.store.get_trace_id_for_run(tenant, run_id).await?;
        let of_run = GovernanceFilter::default().run_id(run_id.clone());
        let governance = self
            .store
            .get_governance_events(tenant, &of_run, &PageRequest::default())
            .await?;
        let mut evidence = Evidence::from(&run);
        evidence.trace_id.clone_from(&trace_id);
        evidence.joined_by(&governance.items);
        let duration = run
            .completed_at
            .map(|end| end.as_micros() - run.started_at.as_micros());
        Ok(Some(RunEnvelope {
            evidence,
            trace_id,
            duration_micros: duration.filter(|micros| *micros >= 0),
            has_more_governance: governance.has_more,
            record: run,
        }))
    }

    /// Audit entries about policies, limits and incidents, newest first; with a run in the filter, those that
    /// name it.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn governance(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<Page<Answer<AuditLedgerSnapshot>>> {
        let read = self.store.get_governance_events(tenant, filter, page);
        self.page(tenant, read).await
    }
}
