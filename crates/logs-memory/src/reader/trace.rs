//! Trace headers and trace steps.

use logs_domain::page::Walk;
use logs_domain::{
    PageRequest, QueryResult, ReadMethod, StoreResult, TenantId, TraceFilter, TraceId,
    TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};

use crate::MemoryStore;
use crate::page::{entries, page, sorted};
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &TraceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceSnapshot>> {
    let walk = Walk::new(ReadMethod::ListTraces, tenant, filter, request)?;
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(&walk, store.options.count_budget, |start| {
        entries(&records.traces, start).filter(|(_, trace)| filter.matches(trace))
    })?;
    Ok(found.map(Clone::clone))
}

pub(super) fn list_steps(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &TraceStepFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepRecord>> {
    let walk = Walk::new(ReadMethod::ListTraceSteps, tenant, filter, request)?;
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(&walk, store.options.count_budget, |start| {
        entries(&records.steps, start).filter(|(_, step)| filter.matches(step))
    })?;
    Ok(found.map(Clone::clone))
}

pub(super) fn steps_of(
    store: &MemoryStore,
    tenant: &TenantId,
    trace_id: &TraceId,
    request: &PageRequest,
) -> StoreResult<QueryResult<TraceStepSnapshot>> {
    let walk = Walk::new(ReadMethod::GetTraceSteps, tenant, trace_id, request)?;
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let steps: Vec<_> = records
        .indexed_steps(trace_id)
        .map(|(index, order, step)| (order.clone(), (index, step)))
        .collect();
    let found = page(&walk, store.options.count_budget, |start| {
        sorted(&steps, start)
    })?;
    Ok(found.map(|(index, step)| TraceStepSnapshot::from_parts(index, step.to_draft())))
}
