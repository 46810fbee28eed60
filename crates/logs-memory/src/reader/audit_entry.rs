//! Audit entries and governance events.

use logs_domain::page::{ListKey, Walk};
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, GovernanceFilter, PageRequest, QueryResult, ReadMethod,
    RecordId, RecordKey, StoreResult, TenantId,
};

use crate::MemoryStore;
use crate::page::{entries, page};
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &AuditFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::ListAuditEntries, tenant, filter, request)?;
    matching(store, tenant, &walk, |entry| filter.matches(entry))
}

pub(super) fn governance(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &GovernanceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::GetGovernanceEvents, tenant, filter, request)?;
    matching(store, tenant, &walk, |entry| filter.matches(entry))
}

pub(super) fn get(
    store: &MemoryStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<AuditLedgerSnapshot>> {
    let state = store.read()?;
    let find = |records: &Records| {
        let stored = records.keys.get(&RecordKey::AuditEntry(*id))?;
        records
            .audit
            .get(&ListKey {
                created_at: stored.created_at,
                id: id.as_uuid(),
            })
            .cloned()
    };
    Ok(state.tenants.get(tenant).and_then(find))
}

fn matching(
    store: &MemoryStore,
    tenant: &TenantId,
    walk: &Walk<'_, ListKey>,
    matches: impl Fn(&AuditLedgerSnapshot) -> bool,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    let found = page(walk, store.options.count_budget, |start| {
        entries(&records.audit, start).filter(|(_, entry)| matches(entry))
    })?;
    Ok(found.map(Clone::clone))
}
