//! Rule 3, broken.

use std::cmp::Reverse;

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, LlmRunFilter, LlmRunSnapshot, LogsReader,
    PageRequest, QueryResult, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId,
    TimeRange, TraceFilter, TraceSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r03_traces_are_oldest_first: OldestFirst,
    r03_runs_of_equal_times_are_in_the_order_of_ids_turned_round: TiesTurned,
    r03_runs_follow_the_times_of_producers: ByProducer,
    r03_audit_entries_follow_when_they_occurred: ByOccurrence,
    r03_platform_comes_first: PlatformFirst,
    r03_windows_are_newest_first: WindowsTurned,
    r03_look_ups_by_correlation_follow_the_record_time: CorrelationByRecordTime,
}

#[derive(Debug, Default)]
struct OldestFirst;

#[async_trait]
impl Fault for OldestFirst {
    async fn list_traces(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        let mut found = inner.list_traces(tenant, filter, page).await?;
        found.items.reverse();
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct TiesTurned;

#[async_trait]
impl Fault for TiesTurned {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        found
            .items
            .sort_by_key(|run| (Reverse(run.created_at), run.id));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct ByProducer;

#[async_trait]
impl Fault for ByProducer {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        found
            .items
            .sort_by_key(|run| Reverse((run.started_at, run.id)));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct ByOccurrence;

#[async_trait]
impl Fault for ByOccurrence {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.list_audit_entries(tenant, filter, page).await?;
        found
            .items
            .sort_by_key(|entry| Reverse((entry.occurred_at, entry.id)));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct PlatformFirst;

#[async_trait]
impl Fault for PlatformFirst {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner.list_system_records(tenant, filter, page).await?;
        found
            .items
            .sort_by_key(|record| Reverse((record.created_at, record.is_platform(), record.id)));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct WindowsTurned;

#[async_trait]
impl Fault for WindowsTurned {
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
        found.items.reverse();
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct CorrelationByRecordTime;

#[async_trait]
impl Fault for CorrelationByRecordTime {
    async fn get_system_record_by_correlation(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        correlation_id: &CorrelationId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner
            .get_system_record_by_correlation(tenant, correlation_id, page)
            .await?;
        found
            .items
            .sort_by_key(|record| (record.created_at, record.is_platform(), record.id));
        Ok(found)
    }
}
