//! System records of a tenant and of the platform.

use itertools::Itertools;
use logs_domain::filter::ReadArguments;
use logs_domain::page::{SystemListKey, SystemWindowKey, Walk};
use logs_domain::{
    CorrelationId, PageRequest, QueryResult, ReadMethod, RecordId, RecordKey, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};

use crate::MemoryStore;
use crate::page::{entries, page, sorted};
use crate::state::{Records, State};

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &SystemRecordFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let walk = Walk::<SystemListKey>::new(ReadMethod::ListSystemRecords, tenant, filter, request)?;
    let state = store.read()?;
    let none = Records::default();
    let own = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(&walk, store.options.count_budget, |start| {
        entries(&own.system, start)
            .merge_by(entries(&state.platform.system, start), |own, platform| {
                walk.compare(&own.0, &platform.0).is_lt()
            })
            .filter(|(_, record)| filter.matches(record))
    })?;
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
    let walk = Walk::new(method, tenant, arguments, request)?;
    let state = store.read()?;
    let mut found: Vec<(SystemWindowKey, &SystemRecordSnapshot)> = visible(&state, tenant)
        .filter(|record| matches(record))
        .map(|record| (window_key(record), record))
        .collect();
    found.sort_unstable_by_key(|(key, _)| *key);
    let found = page(&walk, store.options.count_budget, |start| {
        sorted(&found, start)
    })?;
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
