//! Gives batches to the store while permits for commits are free.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use logs_domain::{LogsWriter, TenantId};

use crate::commit::commit;
use crate::error::IngestError;
use crate::lanes::{Job, LaneCounts, Lanes};
use crate::options::IngestOptions;
use crate::part::Part;
use crate::stats::Counter;

/// The lanes and the store behind them.
#[derive(Debug)]
pub(crate) struct Scheduler {
    pub(crate) options: IngestOptions,
    pub(crate) counter: Counter,
    writer: Arc<dyn LogsWriter>,
    lanes: Mutex<Lanes>,
    requests: AtomicU64,
}

impl Scheduler {
    pub(crate) fn new(writer: Arc<dyn LogsWriter>, options: IngestOptions) -> Self {
        Self {
            options,
            counter: Counter::default(),
            writer,
            lanes: Mutex::default(),
            requests: AtomicU64::new(0),
        }
    }

    /// A number that no other request has.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Puts the parts in the lane of the tenant.
    pub(crate) fn enqueue(
        self: &Arc<Self>,
        tenant: &TenantId,
        parts: Vec<Part>,
    ) -> Result<(), IngestError> {
        if !self.lanes().push(tenant, parts) {
            return Err(IngestError::ShuttingDown);
        }
        self.dispatch();
        Ok(())
    }

    /// Begins commits until there is no permit or no work. Permits and work come only from
    /// [`enqueue`](Self::enqueue) and from the end of a commit, which both call this.
    fn dispatch(self: &Arc<Self>) {
        while let Some(job) = self.next() {
            if job.moved {
                self.counter.add(|counts| counts.conflicts_moved += 1);
            }
            // No one holds the handle: a commit that began ends, whatever happens to its clients.
            tokio::spawn(self.clone().run(job));
        }
    }

    // Not in the condition of the loop: the lock would stay until the end of its body.
    fn next(&self) -> Option<Job> {
        self.lanes().take(&self.options)
    }

    async fn run(self: Arc<Self>, job: Job) {
        let tenant = job.tenant.clone();
        commit(&*self.writer, &self.counter, job).await;
        self.lanes().finish(&tenant);
        self.dispatch();
    }

    /// Takes the waiting parts of a request out of its lane.
    pub(crate) fn withdraw(&self, tenant: &TenantId, request: u64) -> VecDeque<Part> {
        self.lanes().withdraw(tenant, request)
    }

    /// Refuses every later part, and answers all that wait.
    pub(crate) fn close(&self) {
        let waiting = self.lanes().close();
        for part in waiting {
            part.waiter.answer(Err(IngestError::ShuttingDown));
        }
    }

    pub(crate) fn counts(&self) -> LaneCounts {
        self.lanes().counts()
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        // No code below the lock calls another crate, so it does not panic.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
