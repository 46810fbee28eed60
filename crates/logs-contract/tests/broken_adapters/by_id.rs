//! Reads of one record by its id, broken.

use std::collections::BTreeSet;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, LogExportSnapshot, LogsReader, LogsWriter, NewTrace, OnConflict,
    PageRequest, RecordId, StoreResult, SystemRecordSnapshot, TenantId, Timestamp, TraceId,
    TraceSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r01_headers_by_id_are_those_of_any_tenant: HeadersOfAll,
    r01_system_records_by_id_are_those_of_any_tenant: SystemOfAll,
    r01_exports_by_id_are_those_of_any_tenant: ExportsOfAll,
    r01_platform_records_are_hidden_by_id: HidesPlatform,
    r01_platform_records_by_id_come_before_the_tenants: PlatformFirst,
    r01_platform_records_by_id_are_the_tenants: NamesTheTenant,
    r10_steps_make_a_header: StepsMakeHeader,
    r14_exports_by_id_are_not_folded: NotFolded,
    r14_exports_by_id_are_pending_ones_only: PendingOnly,
    r14_exports_by_id_have_the_time_of_the_newest: TimeOfNewest,
}

/// The tenants that have records.
#[derive(Debug, Default)]
struct Tenants(Mutex<BTreeSet<TenantId>>);

impl Tenants {
    fn all(&self) -> Vec<TenantId> {
        self.0.lock().unwrap().iter().cloned().collect()
    }

    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.lock().unwrap().insert(tenant.clone());
        inner.append(tenant, batch, on_conflict).await
    }
}

/// Looks for a record among those of every tenant, the tenant's own first.
macro_rules! of_all {
    ($fault:ident: $method:ident($key:ty) -> $answer:ty) => {
        #[derive(Debug, Default)]
        struct $fault(Tenants);

        #[async_trait]
        impl Fault for $fault {
            async fn append(
                &self,
                inner: &MemoryStore,
                tenant: &TenantId,
                batch: &AppendBatch,
                on_conflict: OnConflict,
            ) -> StoreResult<AppendReceipt> {
                self.0.append(inner, tenant, batch, on_conflict).await
            }

            async fn $method(
                &self,
                inner: &MemoryStore,
                tenant: &TenantId,
                key: &$key,
            ) -> StoreResult<Option<$answer>> {
                for tenant in [tenant].into_iter().chain(&self.0.all()) {
                    if let Some(found) = inner.$method(tenant, key).await? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
        }
    };
}

of_all!(HeadersOfAll: get_trace(TraceId) -> TraceSnapshot);
of_all!(SystemOfAll: get_system_record(RecordId) -> SystemRecordSnapshot);
of_all!(ExportsOfAll: get_log_export(RecordId) -> LogExportSnapshot);

#[derive(Debug, Default)]
struct HidesPlatform;

#[async_trait]
impl Fault for HidesPlatform {
    async fn get_system_record(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>> {
        let found = inner.get_system_record(tenant, id).await?;
        Ok(found.filter(|record| !record.is_platform()))
    }
}

#[derive(Debug, Default)]
struct PlatformFirst;

#[async_trait]
impl Fault for PlatformFirst {
    async fn get_system_record(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>> {
        let nobody = TenantId::new("nobody has this name").unwrap();
        match inner.get_system_record(&nobody, id).await? {
            Some(record) => Ok(Some(record)),
            None => inner.get_system_record(tenant, id).await,
        }
    }
}

#[derive(Debug, Default)]
struct NamesTheTenant;

#[async_trait]
impl Fault for NamesTheTenant {
    async fn get_system_record(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<SystemRecordSnapshot>> {
        let found = inner.get_system_record(tenant, id).await?;
        Ok(found.map(|record| {
            let draft = record.to_draft();
            SystemRecordSnapshot::from_parts(Some(tenant.clone()), draft, record.created_at)
        }))
    }
}

#[derive(Debug, Default)]
struct StepsMakeHeader;

#[async_trait]
impl Fault for StepsMakeHeader {
    async fn get_trace(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
    ) -> StoreResult<Option<TraceSnapshot>> {
        if let Some(header) = inner.get_trace(tenant, trace_id).await? {
            return Ok(Some(header));
        }
        let steps = inner
            .get_trace_steps(tenant, trace_id, &PageRequest::default())
            .await?;
        let first = steps.items.first();
        Ok(first.map(|step| {
            let made = NewTrace::new(trace_id.clone());
            TraceSnapshot::from_parts(tenant.clone(), made, step.timestamp)
        }))
    }
}

/// An export with something else of it changed.
fn changed(
    tenant: &TenantId,
    export: &LogExportSnapshot,
    created_at: Timestamp,
    is_folded: bool,
) -> LogExportSnapshot {
    let outcome = export.to_outcome().filter(|_| is_folded);
    LogExportSnapshot::from_parts(
        tenant.clone(),
        export.to_draft(),
        created_at,
        outcome.map(|outcome| outcome.result),
    )
}

#[derive(Debug, Default)]
struct NotFolded;

#[async_trait]
impl Fault for NotFolded {
    async fn get_log_export(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>> {
        let found = inner.get_log_export(tenant, id).await?;
        Ok(found.map(|export| changed(tenant, &export, export.created_at, false)))
    }
}

#[derive(Debug, Default)]
struct PendingOnly;

#[async_trait]
impl Fault for PendingOnly {
    async fn get_log_export(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>> {
        let found = inner.get_log_export(tenant, id).await?;
        Ok(found.filter(|export| export.to_outcome().is_none()))
    }
}

/// Takes the time of the newest of the tenant's exports for that of each.
#[derive(Debug, Default)]
struct TimeOfNewest;

#[async_trait]
impl Fault for TimeOfNewest {
    async fn get_log_export(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<LogExportSnapshot>> {
        let (filter, page) = (Default::default(), PageRequest::default());
        let newest = inner.list_log_exports(tenant, &filter, &page).await?;
        let found = inner.get_log_export(tenant, id).await?;
        Ok(found
            .zip(newest.items.first())
            .map(|(export, newest)| changed(tenant, &export, newest.created_at, true)))
    }
}
