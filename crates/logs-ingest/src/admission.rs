//! The right to submit one request.

use std::sync::Arc;

use logs_domain::{Draft, OnConflict, RecordReceipt, TenantId};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::budget::Permit;
use crate::error::IngestError;
use crate::part::{Part, Waiter};
use crate::request::Request;
use crate::scheduler::Scheduler;
use crate::split::plan;

/// The right to submit one request of a tenant: a slot and bytes. They return when the request is answered,
/// or when the admission is dropped without a submission. They stay taken while the store works on the
/// request, also if its client is gone.
#[derive(Debug)]
pub struct Admission {
    permit: Permit,
    scheduler: Arc<Scheduler>,
}

impl Admission {
    pub(crate) const fn new(permit: Permit, scheduler: Arc<Scheduler>) -> Self {
        Self { permit, scheduler }
    }

    /// The tenant of the request.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        self.permit.tenant()
    }

    /// The bytes that the request holds.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.permit.bytes()
    }

    /// Holds `bytes` instead, when the size of the decompressed body becomes known.
    ///
    /// # Errors
    /// As [`Ingest::admit`](crate::Ingest::admit), if it grows and does not fit. Then nothing changes.
    pub fn resize(&mut self, bytes: usize) -> Result<(), IngestError> {
        let resized = self.permit.resize(bytes);
        resized.inspect_err(|error| self.scheduler.counter.refused(error))
    }

    /// Appends the drafts, together with those of other requests of the tenant, and waits for the commit.
    /// The result has a receipt for each draft, in the order of `drafts`. `Ok` means that all appends of
    /// the request are durable.
    ///
    /// With [`SkipRecord`](OnConflict::SkipRecord), there is no limit for the number of drafts. A request
    /// that exceeds one append is stored by several, and an error then may leave it stored in part. If an
    /// earlier draft of the request has the same key and other content, the outcome is
    /// [`Conflict`](logs_domain::RecordOutcome::Conflict).
    ///
    /// With [`RejectCall`](OnConflict::RejectCall), the request is one append of its own, by the rules of
    /// [`LogsWriter::append`](logs_domain::LogsWriter::append).
    ///
    /// If the future is dropped before the commit begins, the request leaves the queue. After that, the
    /// commit goes on.
    ///
    /// # Errors
    /// - [`Store`](IngestError::Store): what the store answered, or that the drafts make no
    ///   [`AppendBatch`](logs_domain::AppendBatch).
    /// - [`Deadline`](IngestError::Deadline): the commit did not begin in time.
    /// - [`ShuttingDown`](IngestError::ShuttingDown): the service closed its queue.
    /// - [`Partial`](IngestError::Partial): one of these, for a request of several appends of which another
    ///   one began.
    ///
    /// # Panics
    /// Outside of a Tokio runtime with time.
    pub async fn submit(
        self,
        drafts: Vec<Draft>,
        on_conflict: OnConflict,
    ) -> Result<Vec<RecordReceipt>, IngestError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let Self { permit, scheduler } = self;
        let tenant = permit.tenant().clone();
        let permit = Arc::new(permit);
        let number = scheduler.next_request();
        let since = Instant::now();
        let mut plan = plan(drafts, on_conflict, &scheduler.options);
        let mut parts = Vec::with_capacity(plan.parts.len());
        let mut answers = Vec::with_capacity(plan.parts.len());
        for drafts in std::mem::take(&mut plan.parts) {
            let (sender, receiver) = oneshot::channel();
            answers.push(receiver);
            parts.push(Part {
                drafts,
                on_conflict,
                request: number,
                since,
                waiter: Waiter {
                    answer: sender,
                    permit: permit.clone(),
                },
            });
        }
        // From now on only the parts hold it.
        drop(permit);
        scheduler.enqueue(&tenant, parts)?;
        let request = Request::new(scheduler, tenant, number);
        let sent = request.answer(answers, since).await?;
        Ok(plan.receipts(sent))
    }
}
