//! A submitted request that waits for the answers to its parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use logs_domain::{RecordReceipt, StoreError, TenantId, WriteOutcome};
use tokio::sync::oneshot::Receiver;
use tokio::time::{Instant, timeout_at};

use crate::error::IngestError;
use crate::part::Answer;
use crate::scheduler::Scheduler;

/// A request in a lane. Its waiting parts leave the lane when it is dropped: its client is gone.
#[derive(Debug)]
pub(crate) struct Request {
    scheduler: Arc<Scheduler>,
    tenant: TenantId,
    number: u64,
    answered: bool,
}

impl Request {
    pub(crate) const fn new(scheduler: Arc<Scheduler>, tenant: TenantId, number: u64) -> Self {
        Self {
            scheduler,
            tenant,
            number,
            answered: false,
        }
    }

    /// Waits for the answers to all parts, and puts their receipts in the order of the parts.
    pub(crate) async fn answer(
        mut self,
        answers: Vec<Receiver<Answer>>,
        since: Instant,
    ) -> Result<Vec<RecordReceipt>, IngestError> {
        let mut pending: FuturesUnordered<_> = answers
            .into_iter()
            .enumerate()
            .map(|(index, answer)| async move { (index, answer.await.unwrap_or_else(lost)) })
            .collect();
        let mut receipts = BTreeMap::new();
        let after = self.scheduler.options.queue_deadline;
        let mut deadline = Some(since + after);
        let failure = loop {
            let next = match deadline {
                Some(deadline) => timeout_at(deadline, pending.next()).await.ok(),
                None => Some(pending.next().await),
            };
            match next {
                Some(Some((index, Ok(part)))) => {
                    receipts.insert(index, part);
                }
                Some(Some((_, Err(failure)))) => break failure,
                Some(None) => {
                    self.answered = true;
                    return Ok(receipts.into_values().flatten().collect());
                }
                None => {
                    // A part that is in a commit now gets its answer, however long that takes.
                    deadline = None;
                    if self.withdraw() {
                        self.scheduler.counter.add(|counts| counts.deadlines += 1);
                        break IngestError::Deadline { after };
                    }
                }
            }
        };
        self.withdraw();
        self.answered = true;
        // What is known now of the other parts.
        let mut others_unknown = false;
        while let Some(Some((index, answer))) = pending.next().now_or_never() {
            match answer {
                Ok(part) => {
                    receipts.insert(index, part);
                }
                Err(error) => others_unknown |= error.write_outcome() == WriteOutcome::Unknown,
            }
        }
        others_unknown |= !pending.is_empty();
        Err(if receipts.is_empty() && !others_unknown {
            failure
        } else {
            IngestError::Partial {
                committed: receipts.values().map(Vec::len).sum(),
                source: Box::new(failure),
            }
        })
    }

    /// Takes the waiting parts out of the lane. `false` if there is none.
    fn withdraw(&self) -> bool {
        let parts = self.scheduler.withdraw(&self.tenant, self.number);
        let some = !parts.is_empty();
        for part in parts {
            let after = self.scheduler.options.queue_deadline;
            part.waiter.answer(Err(IngestError::Deadline { after }));
        }
        some
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.answered && self.withdraw() {
            self.scheduler
                .counter
                .add(|counts| counts.clients_gone += 1);
        }
    }
}

/// The answer to a part whose commit ended without one: its runtime stopped.
fn lost<E>(_: E) -> Answer {
    Err(IngestError::Store(Arc::new(StoreError::Unavailable {
        reason: "the commit was stopped".to_owned(),
        write_outcome: WriteOutcome::Unknown,
        source: None,
    })))
}
