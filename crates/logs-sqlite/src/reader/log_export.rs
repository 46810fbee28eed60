//! Exports, joined with their outcomes.

use logs_domain::page::Walk;
use logs_domain::{
    LogExportFilter, LogExportOutcome, LogExportSnapshot, PageRequest, QueryResult, ReadMethod,
    RecordId, StoreResult, TenantId,
};
use logs_sql::decode::{Head, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteRow};

use crate::decode::Row;
use crate::list::{Selection, page};
use crate::{SqliteStore, error};

const TABLE: &str = "log_export";
/// Exports with their outcomes.
const FOLDED: &str = "(SELECT log_export.*, log_export_outcome.created_at AS outcome_at, \
     log_export_outcome.digest AS outcome_digest, log_export_outcome.checksum, \
     log_export_outcome.delivered_at, log_export_outcome.failure_reason \
     FROM log_export LEFT JOIN log_export_outcome USING (tenant_id, id))";

pub(crate) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLogExports, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| filter::log_export::push(query, filter);
    let selection = Selection {
        table: FOLDED,
        index: None,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| row.asked(snapshot(tenant, row)?, |export| filter.matches(export));
    page(store, selection, &walk, TABLE, read).await
}

pub(crate) async fn get(
    store: &SqliteStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<LogExportSnapshot>> {
    let mut query = QueryBuilder::new("SELECT * FROM ");
    query
        .push(FOLDED)
        .push(" WHERE tenant_id = ")
        .push_bind(tenant.as_str())
        .push(" AND id = ")
        .push_bind(id.as_bytes().as_slice());
    let row = query
        .build()
        .fetch_optional(&store.readers)
        .await
        .map_err(error::read)?;
    let read = |row: SqliteRow| {
        let row = Row::new(&row, TABLE);
        row.asked(snapshot(tenant, &row)?, |export| export.id == *id)
    };
    row.map(read).transpose()
}

/// An export. Its outcome is a separate record, with its own record time and digest.
fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LogExportSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let outcome: Option<LogExportOutcome> = match row.optional_time("outcome_at")? {
        Some(created_at) => {
            let head = Head {
                created_at,
                id: head.id,
            };
            Some(row.draft_by("outcome_digest", Some(tenant), &head)?)
        }
        None => None,
    };
    Ok(LogExportSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
        outcome.map(|outcome| outcome.result),
    ))
}
