//! Exports, folded with their outcomes.

use logs_domain::{
    Checksum, CursorScope, ExportResult, ExportStatus, LogExportFilter, LogExportOutcome,
    LogExportSnapshot, NewLogExport, PageRequest, QueryResult, ReadMethod, Reason, RecordId,
    StoreResult, TenantId, Timestamp,
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
            Some(ExportStatus::Failed) => {
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
    let read = |row: &Row<'_>| row.asked(snapshot(tenant, row)?, |export| filter.matches(export));
    newest_first(store, selection, request, &scope, TABLE, read).await
}

/// An export; its outcome is a record of its own, with a digest of its own.
fn snapshot(tenant: &TenantId, row: &Row<'_>) -> StoreResult<LogExportSnapshot> {
    let (head, draft) = request(tenant, row)?;
    let outcome = outcome(row, &draft.id)?;
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

/// The request for an export.
pub(crate) fn request(tenant: &TenantId, row: &Row<'_>) -> StoreResult<(Head, NewLogExport)> {
    let head = row.head(tenant.as_str())?;
    let draft = NewLogExport::new(
        head.id,
        row.text("scope")?,
        row.text("format")?,
        row.text("requested_by")?,
    );
    row.check(Some(tenant), &head, |is| is(draft.digest()))?;
    Ok((head, draft))
}

/// How an export ended, where it did; it is not compared with its digest yet.
pub(crate) fn outcome(row: &Row<'_>, id: &RecordId) -> StoreResult<Option<LogExportOutcome>> {
    let checksum: Option<Checksum> = row.optional_text("checksum")?;
    let delivered_at: Option<Timestamp> = row.optional_time("delivered_at")?;
    let reason: Option<Reason> = row.optional_text("failure_reason")?;
    match (checksum, delivered_at, reason) {
        (None, None, None) => Ok(None),
        (Some(checksum), Some(at), None) => {
            Ok(Some(LogExportOutcome::completed(*id, checksum, at)))
        }
        (None, None, Some(reason)) => Ok(Some(LogExportOutcome::failed(*id, reason))),
        (_, _, _) => Err(row.inconsistent("checksum")),
    }
}
