//! Exports, folded with their outcomes.

use logs_domain::{
    Checksum, CursorScope, ExportResult, ExportStatus, LogExportFilter, LogExportOutcome,
    LogExportSnapshot, NewLogExport, PageRequest, QueryResult, ReadMethod, Reason, StoreResult,
    TenantId, Timestamp,
};
use sqlx::QueryBuilder;
use sqlx::sqlite::Sqlite;

use crate::SqliteStore;
use crate::list::{Selection, newest_first, push_equal, push_range};
use crate::row::{Head, Row};

const TABLE: &str = "log_export";
/// Exports with what is known of their outcome.
const FOLDED: &str = "(SELECT log_export.*, log_export_outcome.created_at AS outcome_at, \
     log_export_outcome.digest AS outcome_digest, log_export_outcome.checksum, \
     log_export_outcome.delivered_at, log_export_outcome.failure_reason \
     FROM log_export LEFT JOIN log_export_outcome USING (tenant_id, id))";

pub(super) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &LogExportFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<LogExportSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListLogExports, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        push_equal(query, "scope", filter.scope);
        match filter.status {
            Some(ExportStatus::Pending) => {
                query.push(" AND checksum IS NULL AND failure_reason IS NULL");
            }
            Some(ExportStatus::Completed) => {
                query.push(" AND checksum IS NOT NULL");
            }
            Some(ExportStatus::Failed | _) => {
                query.push(" AND failure_reason IS NOT NULL");
            }
            None => {}
        }
        push_range(query, "created_at", &filter.created);
    };
    let selection = Selection {
        table: FOLDED,
        index: None,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| snapshot(tenant, row);
    newest_first(store, selection, request, &scope, TABLE, read).await
}

/// An export; its outcome is a record of its own, with a digest of its own.
fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LogExportSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = NewLogExport::new(
        head.id,
        row.text("scope")?,
        row.text("format")?,
        row.text("requested_by")?,
    );
    row.check(Some(tenant), &head, |is| is(draft.digest()))?;
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
    if let Some(outcome) = &outcome {
        let head = Head {
            created_at: row.time("outcome_at")?,
            ..head
        };
        row.check_in("outcome_digest", Some(tenant), &head, |is| {
            is(outcome.digest())
        })?;
    }
    let result: Option<ExportResult> = outcome.map(|outcome| outcome.result);
    Ok(LogExportSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
        result,
    ))
}
