//! The writers.

use async_trait::async_trait;

use crate::{AppendBatch, AppendReceipt, OnConflict, PlatformBatch, StoreResult, TenantId};

/// Appends the records of tenants.
///
/// **Rule 8.** Stored records never change. No method of a port updates or deletes a record, and the database
/// refuses such statements.
#[async_trait]
pub trait LogsWriter: std::fmt::Debug + Send + Sync {
    /// **Rule 6.** Appends a batch in one transaction: all of it or nothing. The receipt holds one
    /// outcome for each record, in the order of the batch. The outcome of a record that is
    /// stored with equal content is `AlreadyStored`. So it is always safe to send an append again, also
    /// after an error with an unknown [`write_outcome`](crate::StoreError::write_outcome). Content is equal
    /// if every field of the producer is. JSON compares by its bytes, and `None` differs from every value.
    ///
    /// **Rule 7.** After `Ok`, the batch is durable and visible to the next read of this store.
    ///
    /// **Rule 9.** All records get one `created_at`, which never decreases within a store instance.
    ///
    /// # Errors
    /// - [`Conflict`](crate::StoreError::Conflict) with every record whose key is stored with
    ///   other content, and [`Gone`](crate::StoreError::Gone) with every record that retention
    ///   dropped, unless `on_conflict` skips them. The store then stores nothing. If both apply, the error
    ///   is `Conflict`.
    /// - [`InvalidArgument`](crate::StoreError::InvalidArgument) if the outcome of an export names
    ///   an export that is neither stored nor in the batch, with every `on_conflict` (**rule 14**).
    /// - [`LimitExceeded`](crate::StoreError::LimitExceeded) if the store accepts fewer records
    ///   than a batch may hold (**rule 15**). The memory, SQLite and PostgreSQL stores accept every batch.
    /// - [`Pushback`](crate::StoreError::Pushback),
    ///   [`Unavailable`](crate::StoreError::Unavailable),
    ///   [`Timeout`](crate::StoreError::Timeout), [`ReadOnly`](crate::StoreError::ReadOnly):
    ///   **rule 15**, the store drops no record silently.
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}

/// Appends the records of the platform, which every tenant can read. This is a separate right.
#[async_trait]
pub trait PlatformWriter: std::fmt::Debug + Send + Sync {
    /// Appends system records of the platform, by the rules of [`LogsWriter::append`]. Their ids
    /// are a key space of their own.
    ///
    /// # Errors
    /// As [`LogsWriter::append`].
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}
