//! System records of a tenant and of the platform.

use itertools::Itertools;
use logs_domain::filter::ReadArguments;
use logs_domain::page::{SystemListKey, SystemWindowKey};
use logs_domain::{
    CorrelationId, CursorScope, PageRequest, QueryResult, ReadMethod, RecordId, RecordKey,
    StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};

use super::entries_after;
use crate::MemoryStore;
use crate::page::page;
use crate::state::{Records, State};

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &SystemRecordFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListSystemRecords, tenant, filter);
    let state = store.read()?;
    let none = Records::default();
    let own = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(
        request,
        &scope,
        store.options.count_budget,
        |key: Option<&SystemListKey>| {
            entries_after(&own.system, key)
                .merge_by(
                    entries_after(&state.platform.system, key),
                    |own, platform| own.0 < platform.0,
                )
                .filter(|(_, record)| filter.matches(record))
        },
    )?;
    Ok(found.map(Clone::clone))
}

pub(super) fn get(
    store: &MemoryStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<SystemRecordSnapshot>> {
    let state = store.read()?;
    let find = |records: &Records, platform| {
        let stored = records.keys.get(&RecordKey::SystemRecord(*id))?;
        let key = SystemListKey {
            created_at: stored.created_at,
            platform,
            id: id.as_uuid(),
        };
        records.system.get(&key).cloned()
    };
    let own = state.tenants.get(tenant);
    Ok(own
        .and_then(|records| find(records, false))
        .or_else(|| find(&state.platform, true)))
}

pub(super) fn by_correlation(
    store: &MemoryStore,
    tenant: &TenantId,
    correlation_id: &CorrelationId,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordByCorrelation;
    oldest_first(store, tenant, method, correlation_id, request, |record| {
        record.correlation_id.as_ref() == Some(correlation_id)
    })
}

pub(super) fn in_window(
    store: &MemoryStore,
    tenant: &TenantId,
    window: &TimeRange,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordsInWindow;
    oldest_first(store, tenant, method, window, request, |record| {
        window.contains(record.occurred_at)
    })
}

fn oldest_first(
    store: &MemoryStore,
    tenant: &TenantId,
    method: ReadMethod,
    arguments: &impl ReadArguments,
    request: &PageRequest,
    matches: impl Fn(&SystemRecordSnapshot) -> bool,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let scope = CursorScope::new(method, tenant, arguments);
    let state = store.read()?;
    let mut found: Vec<(SystemWindowKey, &SystemRecordSnapshot)> = visible(&state, tenant)
        .filter(|record| matches(record))
        .map(|record| (window_key(record), record))
        .collect();
    found.sort_unstable_by_key(|(key, _)| *key);
    let found = page(
        request,
        &scope,
        store.options.count_budget,
        |after: Option<&SystemWindowKey>| {
            let start = after.map_or(0, |after| found.partition_point(|(key, _)| key <= after));
            found.iter().skip(start).copied()
        },
    )?;
    Ok(found.map(Clone::clone))
}

/// The system records that a tenant sees.
pub(super) fn visible<'a>(
    state: &'a State,
    tenant: &TenantId,
) -> impl Iterator<Item = &'a SystemRecordSnapshot> + use<'a> {
    let own = state.tenants.get(tenant);
    own.into_iter()
        .chain([&state.platform])
        .flat_map(|records| records.system.values())
}

fn window_key(record: &SystemRecordSnapshot) -> SystemWindowKey {
    let platform = record.is_platform();
    SystemWindowKey {
        occurred_at: record.occurred_at,
        platform,
        id: record.id.as_uuid(),
    }
}
