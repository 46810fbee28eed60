//! The options of an ingest.

use std::time::Duration;

use logs_domain::AppendBatch;

/// The limits of an [`Ingest`](crate::Ingest).
///
/// The defaults suit a store with one writer, as SQLite and the memory store are. For PostgreSQL, take
/// [`commits(4, 2)`](Self::commits).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngestOptions {
    pub(crate) requests: usize,
    pub(crate) bytes: usize,
    pub(crate) tenant_parts: usize,
    pub(crate) queue_deadline: Duration,
    pub(crate) commits: usize,
    pub(crate) tenant_commits: usize,
    pub(crate) batch_records: usize,
    pub(crate) batch_bytes: usize,
}

impl Default for IngestOptions {
    fn default() -> Self {
        Self {
            requests: 64,
            bytes: 64 * 1024 * 1024,
            tenant_parts: 4,
            queue_deadline: Duration::from_secs(5),
            commits: 1,
            tenant_commits: 1,
            batch_records: AppendBatch::MAX_RECORDS,
            batch_bytes: AppendBatch::MAX_BYTES,
        }
    }
}

impl IngestOptions {
    /// Admits so many requests at a time, and so many bytes of their decompressed bodies. The defaults are 64
    /// and 64 MiB. Zero counts as 1.
    #[must_use]
    pub fn queue(mut self, requests: usize, bytes: usize) -> Self {
        (self.requests, self.bytes) = (requests.max(1), bytes.max(1));
        self
    }

    /// Gives one tenant at most one part in so many, of the requests and of the bytes. The default is 4: a
    /// quarter. With 1, a tenant may take everything. Zero counts as 1.
    #[must_use]
    pub fn tenant_parts(mut self, parts: usize) -> Self {
        self.tenant_parts = parts.max(1);
        self
    }

    /// Lets a submission wait so long for its commit to begin. The default is 5 s.
    #[must_use]
    pub const fn queue_deadline(mut self, deadline: Duration) -> Self {
        self.queue_deadline = deadline;
        self
    }

    /// Runs so many appends at a time, and so many of one tenant. The defaults are 1 and 1. Zero counts as
    /// 1.
    #[must_use]
    pub fn commits(mut self, total: usize, of_one_tenant: usize) -> Self {
        (self.commits, self.tenant_commits) = (total.max(1), of_one_tenant.max(1));
        self
    }

    /// Gives one append at most so many records, and so many bytes by
    /// [`Draft::byte_len`](logs_domain::Draft::byte_len). This is for a store with smaller limits than
    /// [`AppendBatch`], whose limits are the defaults and the maxima. Zero counts as 1.
    #[must_use]
    pub fn batch(mut self, records: usize, bytes: usize) -> Self {
        self.batch_records = records.clamp(1, AppendBatch::MAX_RECORDS);
        self.batch_bytes = bytes.clamp(1, AppendBatch::MAX_BYTES);
        self
    }
}
