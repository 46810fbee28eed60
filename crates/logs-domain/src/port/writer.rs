//! What a store takes.

use async_trait::async_trait;

use crate::{AppendBatch, AppendReceipt, OnConflict, PlatformBatch, StoreResult, TenantId};

/// Takes the records of tenants.
///
/// **Rule 8.** What is stored stays as it is: no method of a port updates or deletes a record, and a
/// database refuses it.
#[async_trait]
pub trait LogsWriter: std::fmt::Debug + Send + Sync {
    /// **Rule 6.** Appends a batch in one transaction: all of it or nothing. The receipt holds one
    /// outcome for each record, in the order of the batch. A record that is stored already with
    /// equal content is `AlreadyStored`: sending an append again is always safe, also after an
    /// error whose [`write_outcome`](crate::StoreError::write_outcome) is unknown. Content is
    /// equal when every producer field is, JSON by its bytes, `None` unlike every value.
    ///
    /// **Rule 7.** `Ok` means that it is durable and visible to the next read of this store.
    ///
    /// **Rule 9.** All records get one `created_at`, which never decreases within a store instance.
    ///
    /// # Errors
    /// - [`Conflict`](crate::StoreError::Conflict) with every record whose key is stored with
    ///   other content, and [`Gone`](crate::StoreError::Gone) with every record that retention
    ///   dropped, unless `on_conflict` says to skip them; nothing is stored then. With both,
    ///   `Conflict` is reported.
    /// - [`InvalidArgument`](crate::StoreError::InvalidArgument) when an export's outcome names an
    ///   export that is neither stored nor in the batch, whatever `on_conflict` says (**rule 14**).
    /// - [`LimitExceeded`](crate::StoreError::LimitExceeded) when the store takes fewer records than
    ///   a batch may hold (**rule 15**). The memory, SQLite and PostgreSQL stores take every batch.
    /// - [`Pushback`](crate::StoreError::Pushback),
    ///   [`Unavailable`](crate::StoreError::Unavailable),
    ///   [`Timeout`](crate::StoreError::Timeout), [`ReadOnly`](crate::StoreError::ReadOnly):
    ///   **rule 15**, no record is dropped silently.
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}

/// Takes the records of the platform itself, which every tenant can read: a right of its own.
#[async_trait]
pub trait PlatformWriter: std::fmt::Debug + Send + Sync {
    /// Appends system records of the platform, by the rules of [`LogsWriter::append`]. Their ids
    /// are a key space apart from every tenant's.
    ///
    /// # Errors
    /// As [`LogsWriter::append`].
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt>;
}
