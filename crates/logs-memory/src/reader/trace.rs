//! Trace headers and trace steps.

use logs_domain::page::{ListKey, StepOrder, Walk};
use logs_domain::{
    PageRequest, QueryResult, ReadMethod, RecordId, RecordKey, StoreResult, TenantId, TraceFilter,
    TraceId, TraceSnapshot, TraceStepFilter, TraceStepRecord, TraceStepSnapshot,
};

use crate::MemoryStore;
use crate::page::{entries, page};
use crate::state::Records;

/// Steps with their indexes, by their places.
type Steps<'a> = Box<dyn Iterator<Item = (StepOrder, (u32, &'a TraceStepRecord))> + 'a>;

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
    let found = page(&walk, store.options.count_budget, |start| {
        let from = start.from.cloned();
        let steps = records
            .indexed_steps(trace_id)
            .filter(move |(_, order, _)| match &from {
                Some(from) if start.is_reversed => *order < from,
                Some(from) => *order > from,
                None => true,
            })
            .map(|(index, order, step)| (order.clone(), (index, step)));
        if start.is_reversed {
            // The index of a step comes from those before it: they are taken first.
            let steps: Vec<_> = steps.collect();
            Box::new(steps.into_iter().rev()) as Steps<'_>
        } else {
            Box::new(steps)
        }
    })?;
    Ok(found.map(|(index, step)| TraceStepSnapshot::from_parts(index, step.to_draft())))
}
