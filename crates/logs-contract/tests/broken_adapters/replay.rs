//! Rule 12, broken.

use std::cmp::Reverse;

use async_trait::async_trait;
use logs_domain::{
    LogsReader, PageRequest, Position, QueryResult, RecordId, RecordKind, ReplayEvent, ReplayQuery,
    ReplaySource, StoreResult, SystemRecordSnapshot, TenantId, TimeRange,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r12_policy_comes_before_system_on_equal_times: SourcesTurned,
    r12_sources_come_one_after_the_other: Unmerged,
    r12_platform_comes_before_the_tenant: PlatformFirst,
    r12_events_are_newest_first: NewestFirst,
    r12_windows_hold_their_end: HoldsEnd,
    r12_windows_do_not_hold_their_start: LosesStart,
    r12_open_windows_are_empty: OpenIsEmpty,
    r12_limits_are_not_shown: HidesLimits,
    r12_steps_are_shown_by_status: ShowsStatus,
    r12_steps_of_a_trace_are_not_shown: HidesSteps,
    r12_events_of_steps_lead_to_the_trace: LeadsToTrace,
    r12_events_of_the_platform_lead_to_the_tenant: LeadsToTenant,
    r12_equal_times_are_lost_at_the_border_of_pages: LosesTies,
    r12_system_windows_hold_their_end: SystemHoldsEnd,
}

/// An adapter that changes what it asks, and what it answers.
macro_rules! replays {
    ($($name:ident: |$tenant:ident, $query:ident| $asked:expr, |$events:ident| $body:block)+) => {
        $(
            #[derive(Debug, Default)]
            struct $name;

            #[async_trait]
            impl Fault for $name {
                async fn get_replay_window_events(&self, inner: &MemoryStore, $tenant: &TenantId, $query: &ReplayQuery, page: &PageRequest) -> StoreResult<QueryResult<ReplayEvent>> {
                    let mut found = inner.get_replay_window_events($tenant, &$asked, page).await?;
                    let $events = &mut found.items;
                    $body;
                    Ok(found)
                }
            }
        )+
    };
}

fn moved(query: &ReplayQuery, from: i64, to: i64) -> ReplayQuery {
    let mut query = query.clone();
    let from = query
        .window
        .from()
        .map(|time| time.saturating_add_micros(from));
    let to = query.window.to().map(|time| time.saturating_add_micros(to));
    query.window = TimeRange::new(from, to).unwrap_or(query.window);
    query
}

replays! {
    SourcesTurned: |tenant, query| query.clone(), |events| {
        let policy_first = |event: &ReplayEvent| match event.source {
            ReplaySource::Llm => 0,
            ReplaySource::Policy => 1,
            _ => 2,
        };
        events.sort_by_key(|event| (event.timestamp, policy_first(event)));
    }

    Unmerged: |tenant, query| query.clone(), |events| {
        events.sort_by_key(|event| event.source);
    }

    PlatformFirst: |tenant, query| query.clone(), |events| {
        events.sort_by_key(|event| (event.timestamp, event.source, !event.action.starts_with("platform")));
    }

    NewestFirst: |tenant, query| query.clone(), |events| {
        events.sort_by_key(|event| Reverse(event.timestamp));
    }

    HoldsEnd: |tenant, query| moved(query, 0, 1), |_events| {}

    LosesStart: |tenant, query| moved(query, 1, 0), |_events| {}

    OpenIsEmpty: |tenant, query| query.clone(), |events| {
        if query.window.from().is_none() || query.window.to().is_none() {
            events.clear();
        }
    }

    HidesLimits: |tenant, query| query.clone(), |events| {
        events.retain(|event| event.outcome != "LIMIT");
    }

    ShowsStatus: |tenant, query| query.clone(), |events| {
        for event in events.iter_mut().filter(|event| event.source == ReplaySource::Llm) {
            event.outcome = "SUCCEEDED".to_owned();
        }
    }

    LeadsToTrace: |tenant, query| query.clone(), |events| {
        for event in events.iter_mut().filter(|event| event.source == ReplaySource::Llm) {
            if let Some(trace_id) = &query.trace_id {
                event.kind = RecordKind::Trace;
                event.id = RecordId::of_trace(tenant, trace_id);
            }
        }
    }

    LeadsToTenant: |tenant, query| query.clone(), |events| {
        for event in events.iter_mut() {
            event.is_platform = false;
        }
    }

    HidesSteps: |tenant, query| query.clone(), |events| {
        events.retain(|event| event.source != ReplaySource::Llm);
    }
}

#[derive(Debug, Default)]
struct LosesTies;

#[async_trait]
impl Fault for LosesTies {
    async fn get_replay_window_events(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &ReplayQuery,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<ReplayEvent>> {
        let mut found = inner.get_replay_window_events(tenant, query, page).await?;
        // A page that follows another begins with another time.
        if matches!(page.position, Position::After(_))
            && let Some(first) = found.items.first().map(|event| event.timestamp)
        {
            found.items.retain(|event| event.timestamp != first);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct SystemHoldsEnd;

#[async_trait]
impl Fault for SystemHoldsEnd {
    async fn get_system_records_in_window(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let to = window.to().map(|time| time.saturating_add_micros(1));
        let window = TimeRange::new(window.from(), to).unwrap();
        inner
            .get_system_records_in_window(tenant, &window, page)
            .await
    }
}
