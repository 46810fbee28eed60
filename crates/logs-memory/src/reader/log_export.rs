//! Exports, folded with their outcomes.

use logs_domain::page::ListKey;
use logs_domain::{
    CursorScope, LogExportFilter, LogExportSnapshot, PageRequest, QueryResult, ReadMethod,
    StoreResult, TenantId,
};

use super::entries_after;
use crate::MemoryStore;
use crate::page::page;
use crate::state::Records;

pub(super) fn list(
    store: &MemoryStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListLogExports, tenant, filter);
    let state = store.read()?;
    let none = Records::default();
    let records = state.tenants.get(tenant).unwrap_or(&none);
    page(
        request,
        &scope,
        store.options.count_budget,
        |key: Option<&ListKey>| {
            entries_after(&records.exports, key)
                .map(|(key, export)| (key, records.folded_export(tenant, &key, export)))
                .filter(|(_, export)| filter.matches(export))
        },
    )
}
