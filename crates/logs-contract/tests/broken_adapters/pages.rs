//! Rule 4, broken.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CountMode, Cursor, CursorScope, Direction, LlmRunFilter,
    LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader, PageLimit, PageOffset,
    PageRequest, Position, QueryResult, ReadMethod, ReplayEvent, ReplayQuery, StoreError,
    StoreLifecycle, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
    Timestamp, TraceFilter, TraceId, TraceSnapshot, TraceStepSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r04_cursors_are_ignored: IgnoresCursor,
    r04_foreign_cursors_begin_again: BeginsAgain,
    r04_cursors_of_other_filters_are_taken: TakesOtherFilters,
    r04_cursors_of_other_tenants_are_taken: TakesOtherTenants,
    r04_ties_at_the_border_of_pages_are_lost: LosesTies,
    r04_ties_at_the_border_of_pages_are_repeated: RepeatsTies,
    r04_cursors_are_offsets: CursorsAreOffsets,
    r04_full_pages_always_have_more: AlwaysHasMore,
    r04_pages_hold_one_record_too_many: OneTooMany,
    r04_pages_hold_a_hundred_at_most: AtMostHundred,
    r04_offsets_are_ignored_behind_a_limit_of_one: IgnoresOffset,
    r04_offsets_in_replay_windows_are_ignored: IgnoresReplayOffset,
    r04_malformed_cursors_are_a_fault_of_the_backend: FailsOnCursors,
    r04_settled_before_lies_in_the_future: SettlesTheFuture,
    r04_settled_before_never_passes: NeverSettles,
}

#[derive(Debug, Default)]
struct IgnoresCursor;

#[async_trait]
impl Fault for IgnoresCursor {
    async fn get_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        trace_id: &TraceId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepSnapshot>> {
        let page = page.clone().offset(PageOffset::default());
        inner.get_trace_steps(tenant, trace_id, &page).await
    }
}

#[derive(Debug, Default)]
struct BeginsAgain;

#[async_trait]
impl Fault for BeginsAgain {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        match inner.list_audit_entries(tenant, filter, page).await {
            Err(StoreError::InvalidArgument(_)) => {
                let page = page.clone().offset(PageOffset::default());
                inner.list_audit_entries(tenant, filter, &page).await
            }
            found => found,
        }
    }
}

/// Reads the key of a cursor of any of the scopes and binds it to the scope that was asked.
fn rebound(page: &PageRequest, own: CursorScope, others: &[CursorScope]) -> PageRequest {
    let Position::After(cursor) = &page.position else {
        return page.clone();
    };
    for other in others {
        if let Ok(key) = cursor.decode::<logs_domain::page::ListKey>(other) {
            return page.clone().after(Cursor::encode(&own, &key));
        }
    }
    page.clone()
}

#[derive(Debug, Default)]
struct TakesOtherFilters;

#[async_trait]
impl Fault for TakesOtherFilters {
    async fn list_traces(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        let scope = |filter: &TraceFilter| {
            CursorScope::new(
                ReadMethod::ListTraces,
                tenant,
                filter,
                Direction::Descending,
            )
        };
        let page = rebound(page, scope(filter), &[scope(&TraceFilter::default())]);
        inner.list_traces(tenant, filter, &page).await
    }
}

#[derive(Debug, Default)]
struct TakesOtherTenants;

#[async_trait]
impl Fault for TakesOtherTenants {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let scope = |tenant: &TenantId| {
            CursorScope::new(
                ReadMethod::ListLlmRuns,
                tenant,
                filter,
                Direction::Descending,
            )
        };
        let a = TenantId::new("a").unwrap();
        let page = rebound(page, scope(tenant), &[scope(&a)]);
        inner.list_llm_runs(tenant, filter, &page).await
    }
}

/// What a cursor was given out with: the record time of the last record.
#[derive(Debug, Default)]
struct LosesTies(Mutex<HashMap<Cursor, Timestamp>>);

#[async_trait]
impl Fault for LosesTies {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        if let Position::After(cursor) = &page.position
            && let Some(last) = self.0.lock().unwrap().get(cursor)
        {
            found.items.retain(|run| run.created_at < *last);
        }
        if let (Some(next), Some(last)) = (&found.next, found.items.last()) {
            self.0.lock().unwrap().insert(next.clone(), last.created_at);
        }
        Ok(found)
    }
}

/// Repeats the last record of a page on the next one.
#[derive(Debug, Default)]
struct RepeatsTies(Mutex<HashMap<Cursor, LogExportSnapshot>>);

#[async_trait]
impl Fault for RepeatsTies {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        if let Position::After(cursor) = &page.position
            && let Some(last) = self.0.lock().unwrap().get(cursor)
            && page.limit.get() > 1
        {
            found.items.insert(0, last.clone());
        }
        if let (Some(next), Some(last)) = (&found.next, found.items.last()) {
            self.0.lock().unwrap().insert(next.clone(), last.clone());
        }
        Ok(found)
    }
}

/// Remembers how many records came before a cursor, and goes by that number.
#[derive(Debug, Default)]
struct CursorsAreOffsets(Mutex<HashMap<Cursor, u32>>);

#[async_trait]
impl Fault for CursorsAreOffsets {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        // A foreign cursor is refused as it should be.
        let mut found = inner.list_system_records(tenant, filter, page).await?;
        let start = match &page.position {
            Position::Offset(offset) => offset.get(),
            Position::After(cursor) => match self.0.lock().unwrap().get(cursor) {
                Some(start) => *start,
                None => return Ok(found),
            },
            Position::Before(_) => return Ok(found),
        };
        if matches!(page.position, Position::After(_)) {
            let page = page
                .clone()
                .offset(PageOffset::new(start).unwrap())
                .count(CountMode::Skip);
            let total = found.total;
            found = inner.list_system_records(tenant, filter, &page).await?;
            found.total = total;
        }
        if let Some(next) = &found.next {
            self.0
                .lock()
                .unwrap()
                .insert(next.clone(), start + found.items.len() as u32);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct AlwaysHasMore;

#[async_trait]
impl Fault for AlwaysHasMore {
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
        found.has_more = found.items.len() == page.limit.as_usize();
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct OneTooMany;

#[async_trait]
impl Fault for OneTooMany {
    async fn list_traces(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        let more = PageLimit::new(page.limit.get() + 1).unwrap_or(PageLimit::MAX);
        inner
            .list_traces(tenant, filter, &page.clone().limit(more))
            .await
    }
}

#[derive(Debug, Default)]
struct AtMostHundred;

#[async_trait]
impl Fault for AtMostHundred {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let limit = page.limit.min(PageLimit::new(100).unwrap());
        inner
            .list_llm_runs(tenant, filter, &page.clone().limit(limit))
            .await
    }
}

#[derive(Debug, Default)]
struct IgnoresOffset;

#[async_trait]
impl Fault for IgnoresOffset {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut page = page.clone();
        if page.limit.get() == 1 && matches!(page.position, Position::Offset(_)) {
            page = page.offset(PageOffset::default());
        }
        inner.list_llm_runs(tenant, filter, &page).await
    }
}

#[derive(Debug, Default)]
struct IgnoresReplayOffset;

#[async_trait]
impl Fault for IgnoresReplayOffset {
    async fn get_replay_window_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        let mut page = page.clone();
        if matches!(page.position, Position::Offset(_)) {
            page = page.offset(PageOffset::default());
        }
        inner.get_replay_window_events(tenant, query, &page).await
    }
}

#[derive(Debug, Default)]
struct FailsOnCursors;

#[async_trait]
impl Fault for FailsOnCursors {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        inner
            .list_audit_entries(tenant, filter, page)
            .await
            .map_err(|_| StoreError::Backend {
                backend: "memory",
                message: "syntax error".to_owned(),
                retryable: true,
                write_outcome: logs_domain::WriteOutcome::NotApplied,
                source: None,
            })
    }
}

#[derive(Debug, Default)]
struct SettlesTheFuture;

#[async_trait]
impl Fault for SettlesTheFuture {
    async fn settled_before(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
    ) -> StoreResult<Timestamp> {
        let now = inner.settled_before(tenant).await?;
        Ok(now.saturating_add_micros(1))
    }
}

#[derive(Debug, Default)]
struct NeverSettles;

#[async_trait]
impl Fault for NeverSettles {
    async fn settled_before(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
    ) -> StoreResult<Timestamp> {
        inner.settled_before(tenant).await.map(|_| Timestamp::MIN)
    }
}
