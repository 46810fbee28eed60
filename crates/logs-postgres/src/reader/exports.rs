//! Exports, folded with their outcomes.

use logs_domain::{
    Checksum, CursorScope, ExportResult, ExportStatus, LogExportFilter, LogExportOutcome,
    LogExportSnapshot, NewLogExport, PageRequest, QueryResult, ReadMethod, Reason, RecordKind,
    StoreResult, TenantId, Timestamp,
};
use sqlx::QueryBuilder;
use sqlx::postgres::Postgres;

use crate::PostgresStore;
use crate::list::{Order, Selection, newest_first, push_equal, push_range};
use crate::row::{Head, Row};

/// What [`snapshot`] reads.
pub(crate) const COLUMNS: &str = "tenant_id, created_at, id, scope, format, requested_by, outcome_at, checksum, \
    delivered_at, failure_reason";
/// Exports with what is known of their outcome.
pub(crate) const FOLDED: &str = "(SELECT log_export.*, log_export_outcome.created_at AS outcome_at, log_export_outcome.checksum, \
     log_export_outcome.delivered_at, log_export_outcome.failure_reason \
     FROM logs.log_export LEFT JOIN logs.log_export_outcome USING (tenant_id, id))";

pub(super) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListLogExports, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        push_equal(query, "scope", filter.scope);
        match filter.status {
            Some(ExportStatus::Pending) => {
                query.push(" AND checksum IS NULL AND failure_reason IS NULL");
            }
            Some(ExportStatus::Completed) => {
                query.push(" AND checksum IS NOT NULL");
            }
            Some(ExportStatus::Failed) => {
                query.push(" AND failure_reason IS NOT NULL");
            }
            None => {}
        }
        push_range(query, "created_at", &filter.created);
    };
    let selection = Selection {
        kinds: &[RecordKind::LogExport, RecordKind::LogExportOutcome],
        columns: COLUMNS,
        table: FOLDED,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let order = Order::of(&[], &[filter.scope.is_some(), filter.status.is_some()]);
    let read = |row: &Row<'_>| row.asked(snapshot(tenant, row)?, |export| filter.matches(export));
    newest_first(store, selection, order, request, &scope, read).await
}

/// An export; its outcome is a record of its own, with a key of its own.
pub(crate) fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LogExportSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = NewLogExport::new(
        head.id,
        row.text("scope")?,
        row.text("format")?,
        row.text("requested_by")?,
    );
    let outcome_at = row.optional_time("outcome_at")?;
    let checksum: Option<Checksum> = row.optional_text("checksum")?;
    let delivered_at: Option<Timestamp> = row.optional_time("delivered_at")?;
    let reason: Option<Reason> = row.optional_text("failure_reason")?;
    let outcome = match (checksum, delivered_at, reason) {
        (None, None, None) => None,
        (Some(checksum), Some(at), None) => {
            Some(LogExportOutcome::completed(draft.id, checksum, at))
        }
        (None, None, Some(reason)) => Some(LogExportOutcome::failed(draft.id, reason)),
        (_, _, _) => return Err(row.inconsistent("checksum")),
    };
    row.check(Some(tenant), &head, |is| is(draft.digest()))?;
    match (&outcome, outcome_at) {
        (Some(outcome), Some(created_at)) => {
            let head = Head { created_at, ..head };
            row.check(Some(tenant), &head, |is| is(outcome.digest()))?;
        }
        (None, None) => row.check_absent()?,
        (Some(_), None) | (None, Some(_)) => return Err(row.inconsistent("outcome_at")),
    }
    let result: Option<ExportResult> = outcome.map(|outcome| outcome.result);
    Ok(LogExportSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
        result,
    ))
}
