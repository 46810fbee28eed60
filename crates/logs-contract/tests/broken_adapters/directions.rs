//! Lists that go both ways, broken: rules 3, 4 and 5.

use async_trait::async_trait;
use logs_domain::page::{ListKey, SystemListKey, SystemWindowKey};
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, CorrelationId, CountMode, Cursor, CursorScope, Direction,
    GovernanceFilter, LlmRunFilter, LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader,
    PageRequest, Position, QueryResult, ReadMethod, ReplayEvent, ReplayQuery, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r03_directions_are_ignored: IgnoresDirection,
    r03_directions_turn_the_own_order_of_windows: TurnsWindows,
    r03_ties_are_not_turned_round: KeepsTies,
    r03_platform_comes_last_both_ways: KeepsPlatformLast,
    r04_before_is_read_as_after: ReadsBeforeAsAfter,
    r04_before_is_ignored: IgnoresBefore,
    r04_pages_before_a_cursor_are_turned_round: TurnsPagesBefore,
    r04_pages_before_a_cursor_begin_at_the_front: BeginsAtFront,
    r04_pages_before_a_cursor_hold_its_record: HoldsRecord,
    r04_pages_before_a_cursor_tell_of_nothing_behind: TellsNothingBehind,
    r04_pages_after_a_cursor_tell_of_nothing_before: TellsNothingBefore,
    r04_pages_at_an_offset_tell_of_nothing_before: TellsNothingBeforeOffset,
    r04_first_pages_tell_of_something_before: AlwaysHasPrevious,
    r04_cursors_of_the_other_direction_are_taken: TakesOtherDirection,
    r04_turned_lists_leave_out_what_is_next_to_the_cursor: LeavesOutNeighbour,
    r05_totals_are_counted_before_cursors: CountsBeforeCursor,
}

/// Whether a list that goes this way of its own is asked for the other.
fn is_turned(page: &PageRequest, own: Direction) -> bool {
    page.direction == Some(own.reversed())
}

macro_rules! faults {
    ($($name:ident: $method:ident($argument:ident: $type:ty) -> $record:ty, |$inner:ident, $tenant:ident, $page:ident| $body:block)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn $method(&self, $inner: &MemoryStore, $tenant: &TenantId, $argument: &$type, $page: &PageRequest) -> StoreResult<QueryResult<$record>> {
                    $body
                }
            }
        )+
    };
}

faults! {
    IgnoresDirection: list_audit_entries(filter: AuditFilter) -> AuditLedgerSnapshot, |inner, tenant, page| {
        let mut page = page.clone();
        page.direction = None;
        inner.list_audit_entries(tenant, filter, &page).await
    }

    // As if descending were the own order of every list.
    TurnsWindows: get_system_record_by_correlation(id: CorrelationId) -> SystemRecordSnapshot, |inner, tenant, page| {
        let direction = page.direction.unwrap_or(Direction::Descending);
        let page = page.clone().direction(direction);
        inner.get_system_record_by_correlation(tenant, id, &page).await
    }

    KeepsTies: list_llm_runs(filter: LlmRunFilter) -> LlmRunSnapshot, |inner, tenant, page| {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        if is_turned(page, Direction::Descending) {
            found.items.sort_by_key(|run| (run.created_at, std::cmp::Reverse(run.id)));
        }
        Ok(found)
    }

    KeepsPlatformLast: get_system_records_in_window(window: TimeRange) -> SystemRecordSnapshot, |inner, tenant, page| {
        let mut found = inner.get_system_records_in_window(tenant, window, page).await?;
        if is_turned(page, Direction::Ascending) {
            found.items.sort_by_key(|record| (std::cmp::Reverse(record.occurred_at), record.is_platform()));
        }
        Ok(found)
    }

    ReadsBeforeAsAfter: get_trace_steps(trace_id: TraceId) -> TraceStepSnapshot, |inner, tenant, page| {
        let page = match &page.position {
            Position::Before(cursor) => page.clone().after(cursor.clone()),
            Position::Offset(_) | Position::After(_) => page.clone(),
        };
        inner.get_trace_steps(tenant, trace_id, &page).await
    }

    IgnoresBefore: list_traces(filter: TraceFilter) -> TraceSnapshot, |inner, tenant, page| {
        let mut page = page.clone();
        if matches!(page.position, Position::Before(_)) {
            page.position = Position::default();
        }
        inner.list_traces(tenant, filter, &page).await
    }

    TurnsPagesBefore: get_replay_window_events(query: ReplayQuery) -> ReplayEvent, |inner, tenant, page| {
        let mut found = inner.get_replay_window_events(tenant, query, page).await?;
        if matches!(page.position, Position::Before(_)) {
            found.items.reverse();
        }
        Ok(found)
    }

    // The first records of the list instead of those next to the cursor.
    BeginsAtFront: list_trace_steps(filter: TraceStepFilter) -> TraceStepRecord, |inner, tenant, page| {
        let mut found = inner.list_trace_steps(tenant, filter, page).await?;
        if matches!(page.position, Position::Before(_)) {
            let mut front = page.clone().count(CountMode::Skip);
            front.position = Position::default();
            let mut front = inner.list_trace_steps(tenant, filter, &front).await?;
            front.items.truncate(found.items.len());
            found.items = front.items;
        }
        Ok(found)
    }

    HoldsRecord: list_llm_runs(filter: LlmRunFilter) -> LlmRunSnapshot, |inner, tenant, page| {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        if let (Position::Before(_), Some(next)) = (&page.position, &found.next)
            && found.items.len() < page.limit.as_usize()
        {
            let behind = page.clone().after(next.clone()).limit(logs_domain::PageLimit::new(1)?);
            let behind = inner.list_llm_runs(tenant, filter, &behind).await?;
            found.items.extend(behind.items);
        }
        Ok(found)
    }

    TellsNothingBehind: list_log_exports(filter: LogExportFilter) -> LogExportSnapshot, |inner, tenant, page| {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        if matches!(page.position, Position::Before(_)) {
            (found.has_more, found.next) = (false, None);
        }
        Ok(found)
    }

    TellsNothingBefore: get_governance_events(filter: GovernanceFilter) -> AuditLedgerSnapshot, |inner, tenant, page| {
        let mut found = inner.get_governance_events(tenant, filter, page).await?;
        if matches!(page.position, Position::After(_)) {
            found.previous = None;
        }
        Ok(found)
    }

    TellsNothingBeforeOffset: list_traces(filter: TraceFilter) -> TraceSnapshot, |inner, tenant, page| {
        let mut found = inner.list_traces(tenant, filter, page).await?;
        if matches!(page.position, Position::Offset(_)) {
            found.previous = None;
        }
        Ok(found)
    }

    AlwaysHasPrevious: list_audit_entries(filter: AuditFilter) -> AuditLedgerSnapshot, |inner, tenant, page| {
        let mut found = inner.list_audit_entries(tenant, filter, page).await?;
        let direction = page.direction.unwrap_or(Direction::Descending);
        let scope = CursorScope::new(ReadMethod::ListAuditEntries, tenant, filter, direction);
        if let Some(first) = found.items.first() {
            let (created_at, id) = (first.created_at, first.id.as_uuid());
            found.previous = Some(Cursor::encode(&scope, &ListKey { created_at, id }));
        }
        Ok(found)
    }

    TakesOtherDirection: list_system_records(filter: SystemRecordFilter) -> SystemRecordSnapshot, |inner, tenant, page| {
        let scope = |direction| CursorScope::new(ReadMethod::ListSystemRecords, tenant, filter, direction);
        let own = page.direction.unwrap_or(Direction::Descending);
        let rebound = |cursor: &Cursor| match cursor.decode::<SystemListKey>(&scope(own.reversed())) {
            Ok(key) => Cursor::encode(&scope(own), &key),
            Err(_) => cursor.clone(),
        };
        let page = match &page.position {
            Position::Offset(_) => page.clone(),
            Position::After(cursor) => page.clone().after(rebound(cursor)),
            Position::Before(cursor) => page.clone().before(rebound(cursor)),
        };
        inner.list_system_records(tenant, filter, &page).await
    }

    // The bound of a branch that stands elsewhere in the turned order: what is at the time of the cursor
    // is lost in the other branch.
    LeavesOutNeighbour: get_system_records_in_window(window: TimeRange) -> SystemRecordSnapshot, |inner, tenant, page| {
        let mut found = inner.get_system_records_in_window(tenant, window, page).await?;
        let scope = CursorScope::new(ReadMethod::GetSystemRecordsInWindow, tenant, window, Direction::Descending);
        if let Position::After(cursor) = &page.position
            && let Ok(key) = cursor.decode::<SystemWindowKey>(&scope)
        {
            found.items.retain(|record| record.occurred_at < key.occurred_at || record.is_platform() == key.platform);
        }
        Ok(found)
    }

    CountsBeforeCursor: get_trace_steps(trace_id: TraceId) -> TraceStepSnapshot, |inner, tenant, page| {
        let mut page = page.clone();
        if matches!((&page.position, page.count), (Position::Before(_), CountMode::Default)) {
            page = page.count(CountMode::Exact);
        }
        inner.get_trace_steps(tenant, trace_id, &page).await
    }
}
