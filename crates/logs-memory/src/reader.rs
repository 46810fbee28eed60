//! The reads of the store, by topic.

mod audit_entry;
mod llm_run;
mod log_export;
#[cfg(test)]
mod query_cost;
mod replay;
mod system_record;
mod trace;
mod usage;

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, GovernanceFilter, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader, PageRequest, QueryResult,
    RecordId, ReplayEvent, ReplayQuery, RunId, StoreResult, SystemRecordFilter,
    SystemRecordSnapshot, TenantId, TimeRange, TraceFilter, TraceId, TraceSnapshot,
    TraceStepFilter, TraceStepRecord, TraceStepSnapshot, UsageQuery, UsageSummary,
};

use crate::MemoryStore;

#[async_trait]
impl LogsReader for MemoryStore {
    async fn list_llm_runs(
        &self,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        llm_run::list(self, tenant, filter, page)
    }

    async fn get_llm_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        llm_run::get(self, tenant, run_id)
    }

    async fn get_trace_id_for_run(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<TraceId>> {
        llm_run::trace_id(self, tenant, run_id)
    }

    async fn list_traces(
        &self,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        trace::list(self, tenant, filter, page)
    }

    async fn get_trace(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>> {
        trace::get(self, tenant, trace_id)
    }

    async fn list_trace_steps(
        &self,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>> {
        trace::list_steps(self, tenant, filter, page)
    }

    async fn get_trace_steps(
        &self,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        trace::steps_of(self, tenant, trace_id, page)
    }

    async fn get_replay_window_events(
        &self,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        replay::window(self, tenant, query, page)
    }

    async fn list_system_records(
        &self,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        system_record::list(self, tenant, filter, page)
    }

    async fn get_system_record(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>> {
        system_record::get(self, tenant, id)
    }

    async fn get_system_record_by_correlation(
        &self,
        tenant: &TenantId,
        correlation_id: &CorrelationId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        system_record::by_correlation(self, tenant, correlation_id, page)
    }

    async fn get_system_records_in_window(
        &self,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        system_record::in_window(self, tenant, window, page)
    }

    async fn list_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        audit_entry::list(self, tenant, filter, page)
    }

    async fn get_audit_entry(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>> {
        audit_entry::get(self, tenant, id)
    }

    async fn get_governance_events(
        &self,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        audit_entry::governance(self, tenant, filter, page)
    }

    async fn list_log_exports(
        &self,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        log_export::list(self, tenant, filter, page)
    }

    async fn get_log_export(
        &self,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>> {
        log_export::get(self, tenant, id)
    }

    async fn summarize_usage(
        &self,
        tenant: &TenantId,
        query: &UsageQuery,
    ) -> StoreResult<UsageSummary> {
        usage::summarize(self, tenant, query)
    }
}
