//! How a store lives.

use async_trait::async_trait;
use serde::Serialize;

use crate::{AppendBatch, PageLimit, PageOffset, StoreResult, TenantId, Timestamp};

/// What a store takes at most.
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
    /// The limits that the domain's types hold already.
    fn default() -> Self {
        Self {
            batch_records: AppendBatch::MAX_RECORDS,
            batch_bytes: AppendBatch::MAX_BYTES,
            page_records: PageLimit::MAX.get(),
            page_offset: PageOffset::MAX.get(),
        }
    }
}

/// What a store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoreInfo {
    /// The backend: `memory`, `sqlite`, `postgres`, …
    pub backend: String,
    /// The number of the newest migration that is applied; 0 where there are none.
    pub schema_version: u64,
    /// What it takes at most.
    pub limits: StoreLimits,
    /// Records with an earlier record time may have been dropped by retention, and are absent from
    /// every answer then; `None` when nothing was dropped.
    pub kept_from: Option<Timestamp>,
}

impl StoreInfo {
    /// A store with the default limits, of which nothing was dropped.
    #[must_use]
    pub fn new(backend: impl Into<String>, schema_version: u64) -> Self {
        Self {
            backend: backend.into(),
            schema_version,
            limits: StoreLimits::default(),
            kept_from: None,
        }
    }

    /// The same, of a store whose retention dropped what is older than a time.
    #[must_use]
    pub fn keeping_from(mut self, kept_from: Option<Timestamp>) -> Self {
        self.kept_from = kept_from;
        self
    }
}

/// How a store lives.
#[async_trait]
pub trait StoreLifecycle: std::fmt::Debug + Send + Sync {
    /// What the store is.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable) after `close`.
    async fn info(&self) -> StoreResult<StoreInfo>;

    /// Whether the store can do its work now: reachable, its schema known, its clock right. It is
    /// ready when this is `Ok`, although not necessarily for writes: a read-only store is ready.
    ///
    /// # Errors
    /// Why it is not.
    async fn ready(&self) -> StoreResult<()>;

    /// **Rule 4.** A time below which no record of the tenant (or of the platform) will become visible any
    /// more: every later append has a `created_at` at or after it. Exports of windows that end
    /// after it wait or are refused.
    ///
    /// # Errors
    /// [`Unavailable`](crate::StoreError::Unavailable), [`Timeout`](crate::StoreError::Timeout) or
    /// [`Pushback`](crate::StoreError::Pushback).
    async fn settled_before(&self, tenant: &TenantId) -> StoreResult<Timestamp>;

    /// **Rule 16.** Ends the store's work: waits for appends that are under way and gives up its resources.
    /// Every call after it returns [`Unavailable`](crate::StoreError::Unavailable), except
    /// `close`, which may be called again.
    ///
    /// # Errors
    /// When the backend reports that giving up failed.
    async fn close(&self) -> StoreResult<()>;
}
