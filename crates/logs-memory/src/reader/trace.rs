//! Trace headers and trace steps.

use logs_domain::page::{ListKey, StepOrder};
use logs_domain::{
    CursorScope, PageRequest, QueryResult, ReadMethod, RecordId, RecordKey, StoreResult, TenantId,
    TraceFilter, TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};

use super::entries_after;
use crate::MemoryStore;
use crate::page::page;
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListTraces, tenant, filter);
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(
        request,
        &scope,
        store.options.count_budget,
        |key: Option<&ListKey>| {
            entries_after(&records.traces, key).filter(|(_, trace)| filter.matches(trace))
        },
    )?;
    Ok(found.map(Clone::clone))
}

pub(super) fn get(
    store: &MemoryStore,
    tenant: &TenantId,
    trace_id: &TraceId,
) -> StoreResult<Option<TraceSnapshot>> {
    let state = store.read()?;
    let find = |records: &Records| {
        let stored = records.keys.get(&RecordKey::Trace(trace_id.clone()))?;
        let key = ListKey {
            created_at: stored.created_at,
            id: RecordId::of_trace(tenant, trace_id).as_uuid(),
        };
        records.traces.get(&key).cloned()
    };
    Ok(state.tenants.get(tenant).and_then(find))
}

pub(super) fn list_steps(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let scope = CursorScope::new(ReadMethod::ListTraceSteps, tenant, filter);
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(
        request,
        &scope,
        store.options.count_budget,
        |key: Option<&ListKey>| {
            entries_after(&records.steps, key).filter(|(_, step)| filter.matches(step))
        },
    )?;
    Ok(found.map(Clone::clone))
}

pub(super) fn steps_of(
    store: &MemoryStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let scope = CursorScope::new(ReadMethod::GetTraceSteps, tenant, trace_id);
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(
        request,
        &scope,
        store.options.count_budget,
        |key: Option<&StepOrder>| {
            let key = key.cloned();
            records
                .indexed_steps(trace_id)
                .filter(move |(_, order, _)| key.as_ref().is_none_or(|key| *order > key))
                .map(|(index, order, step)| (order.clone(), (index, step)))
        },
    )?;
    Ok(found.map(|(index, step)| TraceStepSnapshot::from_parts(index, step.to_draft())))
}
