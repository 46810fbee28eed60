//! Rule 5, broken.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CountMode, GovernanceFilter, LlmRunFilter, LlmRunSnapshot,
    LogExportFilter, LogExportSnapshot, LogsReader, PageRequest, Position, QueryResult,
    ReplayEvent, ReplayQuery, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId,
    Total, TraceId, TraceStepSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{BrokenAdapter, Fault, broken_adapters};

broken_adapters! {
    r05_totals_are_of_the_page: OfPage,
    r05_totals_begin_at_the_offset: BeginsAtOffset,
    r05_totals_are_counted_after_cursors: CountsAfterCursor,
    r05_totals_have_no_cap: NoCap,
    r05_totals_are_exact_at_the_cap: ExactAtCap,
    r05_totals_say_at_least_at_ten_thousand_already: AtLeastTooEarly,
    r05_exact_totals_have_a_cap: CapsExact,
    r05_totals_are_counted_when_skipped: CountsSkipped,
    r05_totals_do_not_count_the_platform: OwnOnly,
}

/// Adapters that differ in how the store is opened.
pub(crate) const OPENED: &[BrokenAdapter] = &[
    BrokenAdapter {
        name: "r05_totals_have_no_budget",
        open: |options| {
            Arc::new(MemoryStore::new(
                options.count_budget(Duration::from_secs(60)),
            ))
        },
    },
    BrokenAdapter {
        name: "r05_totals_are_never_counted",
        open: |options| Arc::new(MemoryStore::new(options.count_budget(Duration::ZERO))),
    },
];

#[derive(Debug, Default)]
struct OfPage;

#[async_trait]
impl Fault for OfPage {
    async fn get_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        let mut found = inner.get_trace_steps(tenant, trace_id, page).await?;
        if found.total != Total::NotCounted {
            found.total = Total::Exact(found.items.len() as u64);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct BeginsAtOffset;

#[async_trait]
impl Fault for BeginsAtOffset {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.list_audit_entries(tenant, filter, page).await?;
        if let (Position::Offset(offset), Total::Exact(total)) = (&page.position, found.total) {
            found.total = Total::Exact(total.saturating_sub(u64::from(offset.get())));
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct CountsAfterCursor;

#[async_trait]
impl Fault for CountsAfterCursor {
    async fn get_governance_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut page = page.clone();
        if matches!(page.position, Position::After(_)) {
            page = page.count(CountMode::Exact);
        }
        inner.get_governance_events(tenant, filter, &page).await
    }
}

#[derive(Debug, Default)]
struct NoCap;

#[async_trait]
impl Fault for NoCap {
    async fn get_replay_window_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        let mut found = inner.get_replay_window_events(tenant, query, page).await?;
        if let Total::AtLeast(_) = found.total {
            let page = page.clone().count(CountMode::Exact);
            found.total = inner
                .get_replay_window_events(tenant, query, &page)
                .await?
                .total;
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct ExactAtCap;

#[async_trait]
impl Fault for ExactAtCap {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        if let Total::AtLeast(cap) = found.total {
            found.total = Total::Exact(cap);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct AtLeastTooEarly;

#[async_trait]
impl Fault for AtLeastTooEarly {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        if found.total == Total::Exact(CountMode::DEFAULT_CAP) {
            found.total = Total::AtLeast(CountMode::DEFAULT_CAP);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct CapsExact;

#[async_trait]
impl Fault for CapsExact {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        if let Total::Exact(count) = found.total {
            found.total = Total::counted(count, Some(CountMode::DEFAULT_CAP));
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct CountsSkipped;

#[async_trait]
impl Fault for CountsSkipped {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut page = page.clone();
        if page.count == CountMode::Skip {
            page = page.count(CountMode::Default);
        }
        inner.list_audit_entries(tenant, filter, &page).await
    }
}

#[derive(Debug, Default)]
struct OwnOnly;

#[async_trait]
impl Fault for OwnOnly {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner.list_system_records(tenant, filter, page).await?;
        let nobody = TenantId::new("nobody at all").unwrap();
        let all = PageRequest::default().count(CountMode::Exact);
        let platform = inner
            .list_system_records(&nobody, filter, &all)
            .await?
            .total;
        if let (Total::Exact(all), Total::Exact(platform)) = (found.total, platform) {
            found.total = Total::Exact(all - platform);
        }
        Ok(found)
    }
}
