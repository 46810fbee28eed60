//! Makes a record from a row. If the domain refuses a value, or the digest does not confirm it,
//! another program altered the record. The error names table, column and id.

use logs_domain::field::Fields;
use logs_domain::{
    AuditLedgerSnapshot, LlmRunSnapshot, RecordId, StoreError, StoreResult, SystemRecordSnapshot,
    TenantId, Timestamp, TraceSnapshot, TraceStepRecord,
};
use uuid::Uuid;

use crate::PLATFORM;

/// The common values of every record.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// The record time.
    pub created_at: Timestamp,
    /// Its id.
    pub id: RecordId,
}

/// A row of a table of records.
///
/// # Errors
/// Each method fails with [`Inconsistent`](StoreError::Inconsistent) for a row that no append
/// wrote.
pub trait StoredRow {
    /// The common values. Checks that `tenant_id` is the tenant of the call.
    fn head(&self, tenant_id: &str) -> StoreResult<Head>;

    /// The draft of the record, as it was appended. Checks that its digest belongs to this tenant,
    /// id, record time and content. The owner is `None` for a record of the platform.
    fn draft<D: Fields>(&self, owner: Option<&TenantId>, head: &Head) -> StoreResult<D>;

    /// A time and the id of the record: its position in an order. A time beyond the range of the
    /// domain counts as the last.
    fn place(&self, tenant_id: &str, column: &'static str) -> StoreResult<(Timestamp, Uuid)>;

    /// A number, `None` for null.
    fn optional_integer(&self, column: &'static str) -> StoreResult<Option<i64>>;

    /// A text, `None` for null.
    fn optional_text(&self, column: &'static str) -> StoreResult<Option<&str>>;

    /// The error for a column of this row.
    fn inconsistent(&self, column: &'static str) -> StoreError;

    /// The record, if it matches the query. A damaged index may return others.
    fn asked<T>(&self, record: T, is_asked: impl FnOnce(&T) -> bool) -> StoreResult<T> {
        if is_asked(&record) {
            Ok(record)
        } else {
            Err(self.inconsistent("index"))
        }
    }

    /// Checks that the id of a record is the id of its key.
    fn check_id(&self, head: &Head, expected: RecordId) -> StoreResult<()> {
        if head.id == expected {
            Ok(())
        } else {
            Err(self.inconsistent("id"))
        }
    }
}

/// The run of a row.
///
/// # Errors
/// [`Inconsistent`](StoreError::Inconsistent), as [`StoredRow`] says.
pub fn llm_run(tenant: &TenantId, row: &impl StoredRow) -> StoreResult<LlmRunSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = LlmRunSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

/// The header of a trace of a row.
///
/// # Errors
/// [`Inconsistent`](StoreError::Inconsistent), as [`StoredRow`] says.
pub fn trace(tenant: &TenantId, row: &impl StoredRow) -> StoreResult<TraceSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = TraceSnapshot::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

/// The step of a row.
///
/// # Errors
/// [`Inconsistent`](StoreError::Inconsistent), as [`StoredRow`] says.
pub fn trace_step(tenant: &TenantId, row: &impl StoredRow) -> StoreResult<TraceStepRecord> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    let snapshot = TraceStepRecord::from_parts(tenant.clone(), draft, head.created_at);
    row.check_id(&head, snapshot.id)?;
    Ok(snapshot)
}

/// The system record of a row: of a tenant, or without an owner of the platform.
///
/// # Errors
/// [`Inconsistent`](StoreError::Inconsistent), as [`StoredRow`] says.
pub fn system_record(
    owner: Option<&TenantId>,
    row: &impl StoredRow,
) -> StoreResult<SystemRecordSnapshot> {
    let head = row.head(owner.map_or(PLATFORM, TenantId::as_str))?;
    let draft = row.draft(owner, &head)?;
    Ok(SystemRecordSnapshot::from_parts(
        owner.cloned(),
        draft,
        head.created_at,
    ))
}

/// The audit entry of a row.
///
/// # Errors
/// [`Inconsistent`](StoreError::Inconsistent), as [`StoredRow`] says.
pub fn audit_entry(tenant: &TenantId, row: &impl StoredRow) -> StoreResult<AuditLedgerSnapshot> {
    let head = row.head(tenant.as_str())?;
    let draft = row.draft(Some(tenant), &head)?;
    Ok(AuditLedgerSnapshot::from_parts(
        tenant.clone(),
        draft,
        head.created_at,
    ))
}
