//! Compares one record with its digest, as reads do.

use logs_domain::field::Fields;
use logs_domain::{
    LogExportOutcome, NewAuditEntry, NewLogExport, RecordKind, StoreResult, TenantId,
};
use logs_sql::PLATFORM;
use logs_sql::decode::{self, StoredRow};
use sqlx::sqlite::SqliteRow;

use crate::decode::Row;

/// Checks one row of the table of `kind`.
pub(super) fn check(kind: RecordKind, row: &SqliteRow) -> StoreResult<()> {
    let row = Row::new(row, kind.as_str());
    if kind == RecordKind::SystemRecord {
        return system(&row);
    }
    let tenant: TenantId = row.text("tenant_id")?;
    match kind {
        RecordKind::LlmRun => decode::llm_run(&tenant, &row).map(drop),
        RecordKind::Trace => decode::trace(&tenant, &row).map(drop),
        RecordKind::TraceStep => decode::trace_step(&tenant, &row).map(drop),
        RecordKind::AuditEntry => decode::audit_entry(&tenant, &row).map(drop),
        RecordKind::LogExport => draft::<NewLogExport>(&tenant, &row).map(drop),
        RecordKind::LogExportOutcome | RecordKind::SystemRecord => {
            draft::<LogExportOutcome>(&tenant, &row).map(drop)
        }
    }
}

/// The entry of a row. It names the runs that it governs.
pub(super) fn audit_entry(row: &SqliteRow) -> StoreResult<NewAuditEntry> {
    let row = Row::new(row, RecordKind::AuditEntry.as_str());
    let tenant: TenantId = row.text("tenant_id")?;
    draft(&tenant, &row)
}

fn draft<D: Fields>(tenant: &TenantId, row: &Row<'_>) -> StoreResult<D> {
    let head = row.head(tenant.as_str())?;
    row.draft(Some(tenant), &head)
}

fn system(row: &Row<'_>) -> StoreResult<()> {
    let platform = row.is_of(PLATFORM)?;
    let tenant: Option<TenantId> = (!platform).then(|| row.text("tenant_id")).transpose()?;
    decode::system_record(tenant.as_ref(), row).map(drop)
}
