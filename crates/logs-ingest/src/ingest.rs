//! The door to the store for requests.

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{LogsWriter, TenantId};
use tokio::time::timeout;

use crate::admission::Admission;
use crate::budget::Budget;
use crate::error::IngestError;
use crate::options::IngestOptions;
use crate::scheduler::Scheduler;
use crate::stats::IngestStats;

/// Admits requests, and combines those of a tenant to appends. Clones share everything.
#[derive(Clone, Debug)]
pub struct Ingest {
    budget: Arc<Budget>,
    scheduler: Arc<Scheduler>,
}

impl Ingest {
    /// An ingest in front of `writer`. Two of them for one store know nothing of each other.
    #[must_use]
    pub fn new(writer: Arc<dyn LogsWriter>, options: IngestOptions) -> Self {
        Self {
            budget: Arc::new(Budget::new(&options)),
            scheduler: Arc::new(Scheduler::new(writer, options)),
        }
    }

    /// Takes a slot and `bytes` for a request of the tenant, before its body is read. It does not wait.
    /// `bytes` is the size of the decompressed body. If it is unknown, take the most that the body may have,
    /// and [`resize`](Admission::resize) the admission later.
    ///
    /// A tenant gets its share of the slots and of the bytes. Only a tenant that holds no other bytes may
    /// exceed its share of the bytes, by one request.
    ///
    /// # Errors
    /// - [`Busy`](IngestError::Busy): no slot is free, or the bytes do not fit.
    /// - [`TooLarge`](IngestError::TooLarge): the bytes never fit.
    /// - [`ShuttingDown`](IngestError::ShuttingDown): [`shutdown`](Self::shutdown) began.
    pub fn admit(&self, tenant: &TenantId, bytes: usize) -> Result<Admission, IngestError> {
        let permit = self.budget.take(tenant, bytes);
        let permit = permit.inspect_err(|error| self.scheduler.counter.refused(error))?;
        Ok(Admission::new(permit, self.scheduler.clone()))
    }

    /// Refuses new requests, and waits until all admitted ones are answered, for at most `drain`. Then it
    /// refuses those that wait for a commit, or come with an admission. An append that runs goes on: its
    /// request gets an answer if the process lives as long.
    ///
    /// The result is the number of requests that were open after `drain`, from 0.
    pub async fn shutdown(&self, drain: Duration) -> usize {
        self.budget.close();
        let drained = timeout(drain, self.budget.empty()).await;
        let open = self.budget.held().requests;
        self.scheduler.close();
        if drained.is_ok() { 0 } else { open }
    }

    /// What happens now, and what happened since the start.
    #[must_use]
    pub fn stats(&self) -> IngestStats {
        let counter = &self.scheduler.counter;
        counter.stats(self.budget.held(), self.scheduler.counts())
    }
}
