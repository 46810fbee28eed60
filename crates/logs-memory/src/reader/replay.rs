//! Replay windows: the events of all topics, merged by time.

use logs_domain::page::{ReplayEventKey, ReplayKey, Walk};
use logs_domain::{
    NewAuditEntry, PageRequest, QueryResult, ReadMethod, ReplayEvent, ReplayQuery, StoreResult,
    TenantId,
};

use super::system_record;
use crate::MemoryStore;
use crate::page::{page, sorted};
use crate::state::State;

pub(super) fn window(
    store: &MemoryStore,
    tenant: &TenantId,
    query: &ReplayQuery,
    request: &PageRequest,
) -> StoreResult<QueryResult<ReplayEvent>> {
    let walk = Walk::new(ReadMethod::GetReplayWindowEvents, tenant, query, request)?;
    let state = store.read()?;
    let mut found = events(&state, tenant, query);
    found.retain(|(key, _)| query.window.contains(key.timestamp));
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    page(&walk, store.options.count_budget, |start| {
        sorted(&found, start)
    })
}

fn events(state: &State, tenant: &TenantId, query: &ReplayQuery) -> Vec<(ReplayKey, ReplayEvent)> {
    let mut events = Vec::new();
    if let (Some(trace_id), Some(records)) = (&query.trace_id, state.tenants.get(tenant)) {
        for (index, order, step) in records.indexed_steps(trace_id) {
            let event = ReplayEventKey::Step(order.clone());
            events.push((
                ReplayKey {
                    timestamp: step.timestamp,
                    event,
                },
                ReplayEvent::of_step(index, step),
            ));
        }
    }
    for record in system_record::visible(state, tenant) {
        let event = ReplayEventKey::System {
            platform: record.is_platform(),
            id: record.id.as_uuid(),
        };
        let key = ReplayKey {
            timestamp: record.occurred_at,
            event,
        };
        events.push((key, ReplayEvent::from(record)));
    }
    for entry in state
        .tenants
        .get(tenant)
        .into_iter()
        .flat_map(|records| records.audit.values())
    {
        if NewAuditEntry::REPLAY_TYPES.contains(&entry.entity_type) {
            let event = ReplayEventKey::Policy {
                id: entry.id.as_uuid(),
            };
            let key = ReplayKey {
                timestamp: entry.occurred_at,
                event,
            };
            events.push((key, ReplayEvent::from(entry)));
        }
    }
    events
}
