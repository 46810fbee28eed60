//! The reads of the store, by topic.

pub(crate) mod audit_entry;
pub(crate) mod llm_run;
pub(crate) mod log_export;
mod replay;
pub(crate) mod system_record;
pub(crate) mod trace;
mod usage;

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader, PageRequest, PortMethod,
    QueryResult, RecordId, ReplayEvent, ReplayQuery, RunId, StoreResult, SystemRecordFilter,
    SystemRecordSnapshot, TenantId, TimeRange, TraceFilter, TraceId, TraceSnapshot,
    TraceStepFilter, TraceStepRecord, TraceStepSnapshot, UsageQuery, UsageSummary,
};

use crate::{PostgresStore, observed};

#[async_trait]
impl LogsReader for PostgresStore {
    async fn list_llm_runs(
        &self,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        observed(
            PortMethod::ListLlmRuns,
            llm_run::list(self, tenant, filter, page),
        )
        .await
    }

    async fn get_llm_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        observed(PortMethod::GetLlmRun, llm_run::get(self, tenant, run_id)).await
    }

    async fn get_trace_id_for_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<TraceId>> {
        observed(
            PortMethod::GetTraceIdForRun,
            llm_run::trace_id(self, tenant, run_id),
        )
        .await
    }

    async fn list_traces(
        &self,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        observed(
            PortMethod::ListTraces,
            trace::list(self, tenant, filter, page),
        )
        .await
    }

    async fn get_trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>> {
        observed(PortMethod::GetTrace, trace::get(self, tenant, trace_id)).await
    }

    async fn list_trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>> {
        observed(
            PortMethod::ListTraceSteps,
            trace::list_steps(self, tenant, filter, page),
        )
        .await
    }

    async fn get_trace_steps(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        observed(
            PortMethod::GetTraceSteps,
            trace::steps_of(self, tenant, trace_id, page),
        )
        .await
    }

    async fn get_replay_window_events(
        &self,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        observed(
            PortMethod::GetReplayWindowEvents,
            replay::window(self, tenant, query, page),
        )
        .await
    }

    async fn list_system_records(
        &self,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        observed(
            PortMethod::ListSystemRecords,
            system_record::list(self, tenant, filter, page),
        )
        .await
    }

    async fn get_system_record(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>> {
        observed(
            PortMethod::GetSystemRecord,
            system_record::get(self, tenant, id),
        )
        .await
    }

    async fn get_system_record_by_correlation(
        &self,
        tenant: &TenantId,
        correlation_id: &CorrelationId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        observed(
            PortMethod::GetSystemRecordByCorrelation,
            system_record::by_correlation(self, tenant, correlation_id, page),
        )
        .await
    }

    async fn get_system_records_in_window(
        &self,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        observed(
            PortMethod::GetSystemRecordsInWindow,
            system_record::in_window(self, tenant, window, page),
        )
        .await
    }

    async fn list_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        observed(
            PortMethod::ListAuditEntries,
            audit_entry::list(self, tenant, filter, page),
        )
        .await
    }

    async fn get_audit_entry(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>> {
        observed(
            PortMethod::GetAuditEntry,
            audit_entry::get(self, tenant, id),
        )
        .await
    }

    async fn get_governance_events(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        observed(
            PortMethod::GetGovernanceEvents,
            audit_entry::governance(self, tenant, filter, page),
        )
        .await
    }

    async fn list_log_exports(
        &self,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        observed(
            PortMethod::ListLogExports,
            log_export::list(self, tenant, filter, page),
        )
        .await
    }

    async fn get_log_export(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>> {
        observed(PortMethod::GetLogExport, log_export::get(self, tenant, id)).await
    }

    async fn summarize_usage(
        &self,
        tenant: &TenantId,
        query: &UsageQuery,
    ) -> StoreResult<UsageSummary> {
        observed(
            PortMethod::SummarizeUsage,
            usage::summarize(self, tenant, query),
        )
        .await
    }
}
