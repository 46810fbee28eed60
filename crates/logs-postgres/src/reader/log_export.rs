//! Exports, joined with their outcomes.

use std::sync::LazyLock;

use logs_domain::field::Fields;
use logs_domain::page::Walk;
use logs_domain::{
    LogExportFilter, LogExportOutcome, LogExportSnapshot, NewLogExport, PageRequest, QueryResult,
    ReadMethod, RecordId, RecordKind, StoreResult, TenantId,
};
use logs_sql::decode::{Head, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::postgres::Postgres;

use crate::decode::Row;
use crate::list::{Selection, SortPlan, page};
use crate::lookup::by_key;
use crate::{PostgresStore, kind};

/// The columns that [`snapshot`] reads.
pub(crate) static COLUMNS: LazyLock<String> = LazyLock::new(|| {
    let outcome = RecordKind::LogExportOutcome.columns();
    let outcome: Vec<&str> = outcome.map(|field| field.name).collect();
    let request = kind::columns(RecordKind::LogExport);
    format!("{request}, outcome_at, {}", outcome.join(", "))
});

/// Exports with their outcomes.
pub(crate) const FOLDED: &str = "(SELECT log_export.*, log_export_outcome.created_at AS outcome_at, log_export_outcome.checksum, \
     log_export_outcome.delivered_at, log_export_outcome.failure_reason \
     FROM logs.log_export LEFT JOIN logs.log_export_outcome USING (tenant_id, id))";

pub(crate) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let walk = Walk::new(ReadMethod::ListLogExports, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| filter::log_export::push(query, filter);
    let selection = Selection {
        kinds: &[RecordKind::LogExport, RecordKind::LogExportOutcome],
        columns: &COLUMNS,
        table: FOLDED,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let order = SortPlan::of(&[], &[filter.scope.is_some(), filter.status.is_some()]);
    let read = |row: &Row<'_>| row.asked(snapshot(tenant, row)?, |export| filter.matches(export));
    page(store, selection, order, &walk, read).await
}

pub(crate) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<LogExportSnapshot>> {
    let owners = [tenant.as_str()];
    let read = |_: &str, row: &Row<'_>| request_or_outcome::<NewLogExport>(tenant, row);
    let found = by_key(store, &owners, RecordKind::LogExport, *id, read).await?;
    let Some((head, draft)) = found else {
        return Ok(None);
    };
    // The request never changes. The current outcome decides.
    let read = |_: &str, row: &Row<'_>| request_or_outcome::<LogExportOutcome>(tenant, row);
    let outcome = by_key(store, &owners, RecordKind::LogExportOutcome, *id, read).await?;
    Ok(Some(LogExportSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
        outcome.map(|(_, outcome)| outcome.result),
    )))
}

/// The part of an export with a row of its own.
fn request_or_outcome<D: Fields>(tenant: &TenantId, row: &Row<'_>) -> StoreResult<(Head, D)> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    Ok((head, draft))
}

/// An export. Its outcome is a separate record with its own key.
pub(crate) fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LogExportSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft: NewLogExport = row.columns(&head)?;
    let outcome = match row.optional_time("outcome_at")? {
        Some(created_at) => {
            let id = head.id;
            let outcome: LogExportOutcome = row.columns(&head)?;
            Some((Head { created_at, id }, outcome))
        }
        None => {
            row.no_draft::<LogExportOutcome>()?;
            None
        }
    };
    row.check(Some(tenant), &head, &draft)?;
    match &outcome {
        Some((head, outcome)) => row.check(Some(tenant), head, outcome)?,
        None => row.check_absent()?,
    }
    Ok(LogExportSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
        outcome.map(|(_, outcome)| outcome.result),
    ))
}
