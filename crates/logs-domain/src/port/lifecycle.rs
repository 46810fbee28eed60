//! The life of a store.

use async_trait::async_trait;
use serde::Serialize;

use crate::{AppendBatch, PageLimit, PageOffset, StoreResult, TenantId, Timestamp};

/// The limits of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreLimits {
    /// Records in a batch.
    pub batch_records: usize,
    /// Bytes in a batch.
    pub batch_bytes: usize,
    /// Records on a page.
    pub page_records: u32,
    /// The deepest offset.
    pub page_offset: u32,
}

impl Default for StoreLimits {
    /// The limits that the types of the domain already enforce.
    fn default() -> Self {
        Self {
            batch_records: AppendBatch::MAX_RECORDS,
            batch_bytes: AppendBatch::MAX_BYTES,
            page_records: PageLimit::MAX.get(),
            page_offset: PageOffset::MAX.get(),
        }
    }
}

/// The backend, schema and limits of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The backend: `memory`, `sqlite`, `postgres`, …
    pub backend: String,
    /// The number of the newest applied migration; 0 if the backend has no migrations.
    pub schema_version: u64,
    /// Its limits.
    pub limits: StoreLimits,
    /// Retention may have dropped records with an earlier record time; no answer contains them. `None` if
    /// retention has dropped nothing.
    pub kept_from: Option<Timestamp>,
    /// Whether the ledger covers what this store appends (**rule 19**).
    pub ledger: bool,
}

impl StoreInfo {
    /// A store with the default limits and without the ledger, whose retention has dropped nothing.
    #[must_use]
    pub fn new(backend: impl Into<String>, schema_version: u64) -> Self {
        Self {
            backend: backend.into(),
            schema_version,
            limits: StoreLimits::default(),
            kept_from: None,
            ledger: false,
        }
    }

    /// The same store after retention dropped records older than a time.
    #[must_use]
    pub fn keeping_from(mut self, kept_from: Option<Timestamp>) -> Self {
        self.kept_from = kept_from;
        self
    }

    /// The same store with the ledger, or without.
    #[must_use]
    pub const fn covering(mut self, ledger: bool) -> Self {
        self.ledger = ledger;
        self
    }
}

/// The life of a store.
#[async_trait]
pub trait StoreLifecycle: std::fmt::Debug + Send + Sync {
    /// The backend, schema and limits of the store.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable) after `close`.
    async fn info(&self) -> StoreResult<StoreInfo>;

    /// `Ok` if the store can work now: the backend is reachable, the schema is known and the clock is right. A
    /// read-only store is ready, although it refuses appends.
    ///
    /// # Errors
    /// The reason why the store is not ready.
    async fn ready(&self) -> StoreResult<()>;

    /// **Rule 4.** The settled time. Every later append of the tenant, or of the platform, gets a `created_at` at
    /// or after it. So the records before it are complete. An export of a window that ends later waits or is
    /// refused.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout) or
    /// [`Pushback`](crate::StoreError::Pushback).
    async fn settled_before(&self, tenant: &TenantId) -> StoreResult<Timestamp>;

    /// **Rule 16.** Closes the store: waits for appends in flight and releases its resources. Every later call
    /// returns [`Unavailable`](crate::StoreError::Unavailable), except `close`, which a caller may repeat.
    ///
    /// # Errors
    /// The backend reports that it could not release its resources.
    async fn close(&self) -> StoreResult<()>;
}
