//! Rule 1, broken.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditLedgerSnapshot, CountMode, InvalidValue, LlmRunFilter,
    LlmRunSnapshot, LogsReader, LogsWriter, OnConflict, PageRequest, PlatformBatch, PlatformWriter,
    QueryResult, RecordId, RunId, StoreError, StoreResult, SystemRecordFilter,
    SystemRecordSnapshot, TenantId, TimeRange, Total, TraceId, TraceStepSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r01_reads_fold_the_case_of_tenants: FoldsCase,
    r01_gets_find_records_of_other_tenants: GetsOfAll,
    r01_steps_are_not_checked_for_their_tenant: StepsOfAll,
    r01_totals_count_other_tenants: CountsAll,
    r01_errors_name_other_tenants: NamesTenants,
    r01_platform_records_are_hidden: HidesPlatform,
    r01_platform_records_are_hidden_in_windows: HidesPlatformInWindows,
    r01_a_tenant_named_platform_writes_for_all: PlatformIsATenant,
    r01_keys_are_shared_by_tenants: SharesKeys,
}

/// The tenants that have records.
#[derive(Debug, Default)]
struct Tenants(Mutex<BTreeSet<TenantId>>);

impl Tenants {
    fn note(&self, tenant: &TenantId) {
        self.0.lock().unwrap().insert(tenant.clone());
    }

    fn all(&self) -> Vec<TenantId> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

#[derive(Debug, Default)]
struct FoldsCase;

fn folded(tenant: &TenantId) -> TenantId {
    TenantId::new(tenant.as_str().to_lowercase()).unwrap()
}

#[async_trait]
impl Fault for FoldsCase {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        inner.list_llm_runs(&folded(tenant), filter, page).await
    }

    async fn get_llm_run(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        inner.get_llm_run(&folded(tenant), run_id).await
    }
}

#[derive(Debug, Default)]
struct GetsOfAll(Tenants);

#[async_trait]
impl Fault for GetsOfAll {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.note(tenant);
        inner.append(tenant, batch, on_conflict).await
    }

    async fn get_llm_run(
        &self,
        inner: &MemoryStore,
        _: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        for tenant in self.0.all() {
            if let Some(run) = inner.get_llm_run(&tenant, run_id).await? {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    async fn get_trace_id_for_run(
        &self,
        inner: &MemoryStore,
        _: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<TraceId>> {
        for tenant in self.0.all() {
            if let Some(trace) = inner.get_trace_id_for_run(&tenant, run_id).await? {
                return Ok(Some(trace));
            }
        }
        Ok(None)
    }

    async fn get_audit_entry(
        &self,
        inner: &MemoryStore,
        _: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>> {
        for tenant in self.0.all() {
            if let Some(entry) = inner.get_audit_entry(&tenant, id).await? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

#[derive(Debug, Default)]
struct StepsOfAll(Tenants);

#[async_trait]
impl Fault for StepsOfAll {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.note(tenant);
        inner.append(tenant, batch, on_conflict).await
    }

    async fn get_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        for other in self.0.all() {
            let steps = inner.get_trace_steps(&other, trace_id, page).await?;
            if !steps.items.is_empty() {
                return Ok(steps);
            }
        }
        inner.get_trace_steps(tenant, trace_id, page).await
    }
}

#[derive(Debug, Default)]
struct CountsAll(Tenants);

#[async_trait]
impl Fault for CountsAll {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.note(tenant);
        inner.append(tenant, batch, on_conflict).await
    }

    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        let mut all = 0;
        let counted = PageRequest::default().count(CountMode::Exact);
        for tenant in self.0.all() {
            if let Total::Exact(count) = inner.list_llm_runs(&tenant, filter, &counted).await?.total
            {
                all += count;
            }
        }
        if let Total::Exact(_) = found.total {
            found.total = Total::Exact(all);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct NamesTenants(Tenants);

#[async_trait]
impl Fault for NamesTenants {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.note(tenant);
        inner.append(tenant, batch, on_conflict).await
    }

    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        inner
            .list_llm_runs(tenant, filter, page)
            .await
            .map_err(|_| {
                let known = format!("a cursor of one of {:?}", self.0.all());
                StoreError::InvalidArgument(InvalidValue::new("cursor", "", known))
            })
    }
}

#[derive(Debug, Default)]
struct HidesPlatform;

#[async_trait]
impl Fault for HidesPlatform {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner.list_system_records(tenant, filter, page).await?;
        found.items.retain(|record| !record.is_platform());
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct HidesPlatformInWindows;

#[async_trait]
impl Fault for HidesPlatformInWindows {
    async fn get_system_records_in_window(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner
            .get_system_records_in_window(tenant, window, page)
            .await?;
        found.items.retain(|record| !record.is_platform());
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct PlatformIsATenant;

#[async_trait]
impl Fault for PlatformIsATenant {
    async fn append_platform(
        &self,
        inner: &MemoryStore,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let platform = TenantId::new("platform").unwrap();
        inner
            .append(&platform, batch.as_batch(), on_conflict)
            .await?;
        inner.append_platform(batch, on_conflict).await
    }
}

#[derive(Debug, Default)]
struct SharesKeys(Tenants);

#[async_trait]
impl Fault for SharesKeys {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.note(tenant);
        for draft in batch.drafts() {
            let logs_domain::Draft::LlmRun(run) = draft else {
                continue;
            };
            for other in self.0.all().iter().filter(|other| *other != tenant) {
                if inner.get_llm_run(other, &run.run_id).await?.is_some() {
                    return Err(StoreError::Conflict { records: vec![] });
                }
            }
        }
        inner.append(tenant, batch, on_conflict).await
    }
}
