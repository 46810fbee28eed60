//! The appends of a store.

use async_trait::async_trait;

use crate::{AppendBatch, AppendReceipt, OnConflict, PlatformBatch, StoreResult, TenantId};

/// Appends records of tenants.
///
/// **Rule 8.** Records are immutable. No method of a port updates or deletes a record, and the database refuses
/// both.
#[async_trait]
pub trait LogsWriter: std::fmt::Debug + Send + Sync {
    /// **Rule 6.** Appends a batch in one transaction: all of it or nothing. The receipt has one outcome for
    /// each record, in the order of the batch. A record that is already stored with equal content is
    /// `AlreadyStored`. So it is always safe to append a batch again, also after an error whose
    /// [`write_outcome`](crate::StoreError::write_outcome) is unknown. Two contents are equal if all fields of
    /// the producer are equal. JSON compares as bytes, and `None` differs from every value.
    ///
    /// **Rule 7.** `Ok` means that the batch is durable, and that the next read of this store finds it.
    ///
    /// **Rule 9.** All records of a batch get one `created_at`. It never decreases within a store instance.
    ///
    /// # Errors
    /// - [`Conflict`](crate::StoreError::Conflict) lists every record whose key is stored with other content.
    ///   [`Gone`](crate::StoreError::Gone) lists every record that retention dropped. Both store nothing. If
    ///   both apply, the error is `Conflict`. If `on_conflict` says to skip such records, neither occurs.
    /// - [`InvalidArgument`](crate::StoreError::InvalidArgument): the outcome of an export names an export that
    ///   is neither stored nor in the batch, whatever `on_conflict` says (**rule 14**).
    /// - [`LimitExceeded`](crate::StoreError::LimitExceeded): the store accepts fewer records than a batch may
    ///   hold (**rule 15**). The memory, SQLite and PostgreSQL stores accept every batch.
    /// - [`Pushback`](crate::StoreError::Pushback),
    ///   [`Unavailable`](crate::StoreError::Unavailable),
    ///   [`Timeout`](crate::StoreError::Timeout), [`ReadOnly`](crate::StoreError::ReadOnly): the store never
    ///   drops a record silently (**rule 15**).
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}

/// Appends records of the platform, which every tenant can read. It is a separate port, so that a program needs
/// a separate right.
#[async_trait]
pub trait PlatformWriter: std::fmt::Debug + Send + Sync {
    /// Appends system records of the platform, by the rules of [`LogsWriter::append`]. Their ids have a key
    /// space of their own, apart from every tenant's.
    ///
    /// # Errors
    /// As [`LogsWriter::append`].
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}
