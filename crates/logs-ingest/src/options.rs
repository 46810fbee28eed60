//! The options of an ingest.

use std::time::Duration;

use logs_domain::AppendBatch;

/// The limits of an [`Ingest`](crate::Ingest).
///
/// The defaults suit a store with one writer, as SQLite and the memory store are. For PostgreSQL, take
/// [`commits(4, 2)`](Self::commits).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IngestOptions {
    /// How many requests are admitted at a time. The default is 64.
    pub requests: usize,
    /// How many bytes of decompressed bodies are admitted at a time. The default is 64 MiB.
    pub bytes: usize,
    /// One tenant gets at most one part in so many, of requests and of bytes. The default is 4: a quarter.
    pub tenant_parts: usize,
    /// How long a submission waits for its commit to begin. The default is 5 s.
    pub queue_deadline: Duration,
    /// How many appends run at a time. The default is 1.
    pub commits: usize,
    /// How many of them are of one tenant. The default is 1.
    pub tenant_commits: usize,
    /// How many records one append has at most. The default, and the maximum, is
    /// [`AppendBatch::MAX_RECORDS`].
    pub batch_records: usize,
    /// How many bytes one append has at most, by [`Draft::byte_len`](logs_domain::Draft::byte_len). The
    /// default, and the maximum, is [`AppendBatch::MAX_BYTES`].
    pub batch_bytes: usize,
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
    /// Admits so many requests and bytes at a time. Zero counts as 1.
    #[must_use]
    pub fn queue(mut self, requests: usize, bytes: usize) -> Self {
        (self.requests, self.bytes) = (requests.max(1), bytes.max(1));
        self
    }

    /// Gives one tenant at most one part in so many. With 1, a tenant may take everything. Zero counts as 1.
    #[must_use]
    pub fn tenant_parts(mut self, parts: usize) -> Self {
        self.tenant_parts = parts.max(1);
        self
    }

    /// Lets a submission wait so long for its commit to begin.
    #[must_use]
    pub const fn queue_deadline(mut self, deadline: Duration) -> Self {
        self.queue_deadline = deadline;
        self
    }

    /// Runs so many appends at a time, and so many of one tenant. Zero counts as 1.
    #[must_use]
    pub fn commits(mut self, total: usize, of_one_tenant: usize) -> Self {
        (self.commits, self.tenant_commits) = (total.max(1), of_one_tenant.max(1));
        self
    }

    /// Combines so many records and bytes in one append, for a store with smaller limits than
    /// [`AppendBatch`]. Values beyond those limits count as the limits, and zero counts as 1.
    #[must_use]
    pub fn batch(mut self, records: usize, bytes: usize) -> Self {
        self.batch_records = records.clamp(1, AppendBatch::MAX_RECORDS);
        self.batch_bytes = bytes.clamp(1, AppendBatch::MAX_BYTES);
        self
    }
}
