//! Rule 2, broken.

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CountMode, LlmRunFilter, LlmRunSnapshot, LogExportFilter,
    LogExportSnapshot, LogsReader, PageRequest, Provider, QueryResult, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange, TraceFilter, TraceSnapshot,
    TraceStepFilter, TraceStepRecord,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r02_total_of_runs_ignores_the_filter: UnfilteredTotal,
    r02_runs_are_filtered_after_the_limit: FiltersAfterLimit,
    r02_runs_ignore_one_filter: IgnoresSource,
    r02_runs_ignore_the_session: IgnoresSession,
    r02_runs_take_either_of_two_filters: TakesEither,
    r02_runs_compare_providers_without_case: FoldsCase,
    r02_audit_entries_include_the_end_of_a_range: IncludesEnd,
    r02_exports_ignore_the_scope: IgnoresScope,
    r02_system_records_of_the_platform_are_not_filtered: PlatformUnfiltered,
    r02_traces_ignore_the_run: IgnoresRun,
    r02_steps_ignore_the_record_time: IgnoresRecordTime,
}

#[derive(Debug, Default)]
struct UnfilteredTotal;

#[async_trait]
impl Fault for UnfilteredTotal {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        let all = PageRequest::default().count(page.count);
        found.total = inner
            .list_llm_runs(tenant, &LlmRunFilter::default(), &all)
            .await?
            .total;
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct FiltersAfterLimit;

#[async_trait]
impl Fault for FiltersAfterLimit {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let counted = inner
            .list_llm_runs(
                tenant,
                filter,
                &PageRequest::default().count(CountMode::Exact),
            )
            .await?;
        let mut found = inner
            .list_llm_runs(tenant, &LlmRunFilter::default(), page)
            .await?;
        found.items.retain(|run| filter.matches(run));
        found.total = counted.total;
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct IgnoresSource;

#[async_trait]
impl Fault for IgnoresSource {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut filter = filter.clone();
        filter.source = None;
        inner.list_llm_runs(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct IgnoresSession;

#[async_trait]
impl Fault for IgnoresSession {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut filter = filter.clone();
        filter.session_id = None;
        inner.list_llm_runs(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct TakesEither;

#[async_trait]
impl Fault for TakesEither {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut filter = filter.clone();
        if filter.model.is_some() {
            filter.execution_status = None;
        }
        inner.list_llm_runs(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct FoldsCase;

#[async_trait]
impl Fault for FoldsCase {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut filter = filter.clone();
        filter.provider = filter
            .provider
            .map(|provider| Provider::new(provider.as_str().to_lowercase()).unwrap());
        inner.list_llm_runs(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct IncludesEnd;

#[async_trait]
impl Fault for IncludesEnd {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut filter = filter.clone();
        let to = filter.occurred.to().map(|to| to.saturating_add_micros(1));
        filter.occurred = TimeRange::new(filter.occurred.from(), to).unwrap();
        inner.list_audit_entries(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct IgnoresScope;

#[async_trait]
impl Fault for IgnoresScope {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut filter = filter.clone();
        filter.scope = None;
        inner.list_log_exports(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct PlatformUnfiltered;

#[async_trait]
impl Fault for PlatformUnfiltered {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner
            .list_system_records(tenant, &SystemRecordFilter::default(), page)
            .await?;
        found
            .items
            .retain(|record| record.is_platform() || filter.matches(record));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct IgnoresRun;

#[async_trait]
impl Fault for IgnoresRun {
    async fn list_traces(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        let mut filter = filter.clone();
        filter.run_id = None;
        inner.list_traces(tenant, &filter, page).await
    }
}

#[derive(Debug, Default)]
struct IgnoresRecordTime;

#[async_trait]
impl Fault for IgnoresRecordTime {
    async fn list_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>> {
        let mut filter = filter.clone();
        filter.created = TimeRange::ALL;
        inner.list_trace_steps(tenant, &filter, page).await
    }
}
