//! Exports, folded with their outcomes.

use logs_domain::page::Walk;
use logs_domain::{
    LogExportFilter, LogExportSnapshot, PageRequest, QueryResult, ReadMethod, StoreResult, TenantId,
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
