//! Exports, joined with their outcomes.

use logs_domain::page::{ListKey, Walk};
use logs_domain::{
    LogExportFilter, LogExportSnapshot, PageRequest, QueryResult, ReadMethod, RecordId, RecordKey,
    StoreResult, TenantId,
};

use crate::MemoryStore;
use crate::page::{entries, page};
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLogExports, tenant, filter, request)?;
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    page(&walk, store.options.count_budget, |start| {
        entries(&records.exports, start)
            .map(|(key, export)| (key, records.folded_export(tenant, &key, export)))
            .filter(|(_, export)| filter.matches(export))
    })
}

pub(super) fn get(
    store: &MemoryStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<LogExportSnapshot>> {
    let state = store.read()?;
    let find = |records: &Records| {
        let stored = records.keys.get(&RecordKey::LogExport(*id))?;
        let key = ListKey {
            created_at: stored.created_at,
            id: id.as_uuid(),
        };
        let export = records.exports.get(&key)?;
        Some(records.folded_export(tenant, &key, export))
    };
    Ok(state.tenants.get(tenant).and_then(find))
}
