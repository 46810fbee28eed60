//! Runs.

use logs_domain::page::{ListKey, Walk};
use logs_domain::{
    LlmRunFilter, LlmRunSnapshot, PageRequest, QueryResult, ReadMethod, RecordId, RecordKey, RunId,
    StoreResult, TenantId, TraceId,
};

use crate::MemoryStore;
use crate::page::{entries, page};
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LlmRunSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLlmRuns, tenant, filter, request)?;
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(&walk, store.options.count_budget, |start| {
        entries(&records.runs, start).filter(|(_, run)| filter.matches(run))
    })?;
    Ok(found.map(Clone::clone))
}

pub(super) fn get(
    store: &MemoryStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<LlmRunSnapshot>> {
    let state = store.read()?;
    Ok(state
        .tenants
        .get(tenant)
        .and_then(|records| find(records, tenant, run_id))
        .cloned())
}

pub(super) fn trace_id(
    store: &MemoryStore,
    tenant: &TenantId,
    run_id: &RunId,
) -> StoreResult<Option<TraceId>> {
    let state = store.read()?;
    let Some(records) = state.tenants.get(tenant) else {
        return Ok(None);
    };
    let own = find(records, tenant, run_id).and_then(|run| run.trace_id.clone());
    let by_header = || {
        let (_, trace_id) = records.traces_of_runs.get(run_id)?.first()?;
        Some(trace_id.clone())
    };
    Ok(own.or_else(by_header))
}

fn find<'a>(records: &'a Records, tenant: &TenantId, run_id: &RunId) -> Option<&'a LlmRunSnapshot> {
    let stored = records.keys.get(&RecordKey::LlmRun(run_id.clone()))?;
    let id = RecordId::of_run(tenant, run_id);
    records.runs.get(&ListKey {
        created_at: stored.created_at,
        id: id.as_uuid(),
    })
}
