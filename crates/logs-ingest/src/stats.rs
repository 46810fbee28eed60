//! What an ingest did, for metrics.

mod histogram;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use histogram::Histogram;

use crate::budget::Held;
use crate::error::{Busy, IngestError};
use crate::lanes::LaneCounts;

/// The state of an ingest, and what it did since its start. No number is of one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IngestStats {
    /// Requests that are admitted and not answered, now.
    pub open_requests: usize,
    /// The bytes of these requests.
    pub open_bytes: usize,
    /// Parts of requests that wait for a commit, now. A request has a part for each append that it needs.
    pub waiting_parts: usize,
    /// Tenants with parts that wait or are committed, now.
    pub lanes: usize,
    /// Appends, now.
    pub running_commits: usize,
    /// What the requests and their commits came to.
    pub counts: IngestCounts,
}

/// What an ingest did since its start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IngestCounts {
    /// Admissions that were refused because all slots are taken.
    pub busy_requests: u64,
    /// Admissions that were refused because all bytes are taken.
    pub busy_bytes: u64,
    /// Admissions that were refused because of the slots or the bytes of one tenant.
    pub busy_tenant: u64,
    /// Appends that the store acknowledged.
    pub commits: u64,
    /// Appends that failed.
    pub failed_commits: u64,
    /// How often a part waited for the next batch because its key was in the batch with other content.
    pub conflicts_moved: u64,
    /// Parts that were appended again alone because the append with others failed.
    pub alone_retries: u64,
    /// Requests whose client left while they waited.
    pub clients_gone: u64,
    /// Requests whose commit did not begin in time.
    pub deadlines: u64,
    /// How long each part waited for its commit to begin, in microseconds.
    pub wait_micros: Histogram,
    /// How long each append took, also those that failed, in microseconds.
    pub commit_micros: Histogram,
    /// How many parts each acknowledged append had.
    pub parts_per_commit: Histogram,
    /// How many records each acknowledged append had.
    pub records_per_commit: Histogram,
}

const MICROS: &[u64] = &[
    100, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000,
];
const PARTS: &[u64] = &[1, 2, 4, 8, 16, 32, 64];
const RECORDS: &[u64] = &[1, 10, 30, 100, 300, 1_000, 3_000, 10_000];

impl Default for IngestCounts {
    fn default() -> Self {
        Self {
            busy_requests: 0,
            busy_bytes: 0,
            busy_tenant: 0,
            commits: 0,
            failed_commits: 0,
            conflicts_moved: 0,
            alone_retries: 0,
            clients_gone: 0,
            deadlines: 0,
            wait_micros: Histogram::new(MICROS),
            commit_micros: Histogram::new(MICROS),
            parts_per_commit: Histogram::new(PARTS),
            records_per_commit: Histogram::new(RECORDS),
        }
    }
}

/// The counts, behind their lock.
#[derive(Debug, Default)]
pub(crate) struct Counter(Mutex<IngestCounts>);

impl Counter {
    pub(crate) fn add(&self, change: impl FnOnce(&mut IngestCounts)) {
        change(&mut self.lock());
    }

    pub(crate) fn refused(&self, error: &IngestError) {
        if let IngestError::Busy(busy) = error {
            self.add(|counts| match busy {
                Busy::Requests => counts.busy_requests += 1,
                Busy::Bytes => counts.busy_bytes += 1,
                Busy::TenantRequests | Busy::TenantBytes => counts.busy_tenant += 1,
            });
        }
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.add(|counts| counts.wait_micros.observe(micros(time)));
    }

    pub(crate) fn appended(&self, time: Duration) {
        self.add(|counts| counts.commit_micros.observe(micros(time)));
    }

    pub(crate) fn committed(&self, parts: usize, records: usize) {
        self.add(|counts| {
            counts.commits += 1;
            counts.parts_per_commit.observe(parts as u64);
            counts.records_per_commit.observe(records as u64);
        });
    }

    pub(crate) fn stats(&self, held: Held, lanes: LaneCounts) -> IngestStats {
        IngestStats {
            open_requests: held.requests,
            open_bytes: held.bytes,
            waiting_parts: lanes.parts,
            lanes: lanes.lanes,
            running_commits: lanes.commits,
            counts: self.lock().clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, IngestCounts> {
        // Counts stay usable whatever happened to who held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
