//! The lifecycle of a store.

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
    /// The limits of the types of the domain.
    fn default() -> Self {
        Self {
            batch_records: AppendBatch::MAX_RECORDS,
            batch_bytes: AppendBatch::MAX_BYTES,
            page_records: PageLimit::MAX.get(),
            page_offset: PageOffset::MAX.get(),
        }
    }
}

/// A description of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The backend: `memory`, `sqlite`, `postgres`, …
    pub backend: String,
    /// The number of the newest applied migration; 0 without migrations.
    pub schema_version: u64,
    /// Its limits.
    pub limits: StoreLimits,
    /// Retention may have dropped records with an earlier record time. No read returns these. `None` if
    /// retention has dropped nothing.
    pub kept_from: Option<Timestamp>,
}

impl StoreInfo {
    /// A store with the default limits, whose retention has dropped nothing.
    #[must_use]
    pub fn new(backend: impl Into<String>, schema_version: u64) -> Self {
        Self {
            backend: backend.into(),
            schema_version,
            limits: StoreLimits::default(),
            kept_from: None,
        }
    }

    /// Sets the time before which retention dropped records.
    #[must_use]
    pub fn keeping_from(mut self, kept_from: Option<Timestamp>) -> Self {
        self.kept_from = kept_from;
        self
    }
}

/// The lifecycle of a store.
#[async_trait]
pub trait StoreLifecycle: std::fmt::Debug + Send + Sync {
    /// Describes the store.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable) after `close`.
    async fn info(&self) -> StoreResult<StoreInfo>;

    /// Whether the store is ready: reachable, with a known schema and a right clock. A read-only store is
    /// ready too.
    ///
    /// # Errors
    /// The reason why it is not ready.
    async fn ready(&self) -> StoreResult<()>;

    /// **Rule 4.** The settled time. No record of the tenant or of the platform with an earlier `created_at`
    /// can become visible any more. `created_at` of every later append is at or after it. An export of a
    /// window that ends later must wait.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout) or
    /// [`Pushback`](crate::StoreError::Pushback).
    async fn settled_before(&self, tenant: &TenantId) -> StoreResult<Timestamp>;

    /// **Rule 16.** Closes the store: waits for appends in flight and releases its resources. Every later call
    /// returns [`Unavailable`](crate::StoreError::Unavailable), except another `close`.
    ///
    /// # Errors
    /// The failure of the backend to close.
    async fn close(&self) -> StoreResult<()>;
}
