//! One append for several parts, and the answer to each of them.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use logs_domain::{
    AppendBatch, Draft, LogsWriter, OnConflict, RecordReceipt, StoreError, StoreResult, TenantId,
    WriteOutcome,
};

use tokio::time::Instant;

use crate::error::IngestError;
use crate::lanes::Job;
use crate::part::Waiter;
use crate::stats::Counter;

/// A part in a batch.
struct Member {
    drafts: Range<usize>,
    waiter: Waiter,
}

/// Appends the parts and answers all of them.
pub(crate) async fn commit(writer: &dyn LogsWriter, counter: &Counter, job: Job) {
    let mut drafts = Vec::new();
    let mut members = Vec::with_capacity(job.parts.len());
    let mut on_conflict = OnConflict::SkipRecord;
    for part in job.parts {
        counter.waited(part.since.elapsed());
        let start = drafts.len();
        drafts.extend(part.drafts.drafts);
        on_conflict = part.on_conflict;
        members.push(Member {
            drafts: start..drafts.len(),
            waiter: part.waiter,
        });
    }
    let batch = match AppendBatch::new(drafts) {
        Ok(batch) => batch,
        Err(invalid) => return fail(members, StoreError::from(invalid)),
    };
    let append = Append {
        writer,
        counter,
        tenant: &job.tenant,
    };
    match append.all(&batch, on_conflict, members.len()).await {
        Ok(receipts) => succeed(members, receipts),
        Err(error) if members.len() > 1 && concerns_a_record(&error) => {
            append.each_alone(&batch, members).await;
        }
        Err(error) => fail(members, error),
    }
}

/// Whether another call without some of the records may succeed now. The store stored nothing.
fn concerns_a_record(error: &StoreError) -> bool {
    !error.is_retryable() && error.write_outcome() == WriteOutcome::NotApplied
}

struct Append<'a> {
    writer: &'a dyn LogsWriter,
    counter: &'a Counter,
    tenant: &'a TenantId,
}

impl Append<'_> {
    /// Appends a batch of so many parts.
    async fn all(
        &self,
        batch: &AppendBatch,
        on_conflict: OnConflict,
        parts: usize,
    ) -> StoreResult<Vec<RecordReceipt>> {
        let began = Instant::now();
        let append = self.writer.append(self.tenant, batch, on_conflict);
        // A panic of the store must not leave its permit taken, nor its clients without an answer.
        let appended = AssertUnwindSafe(append).catch_unwind().await;
        self.counter.appended(began.elapsed());
        let result = match appended {
            Ok(Ok(receipt)) if receipt.records.len() == batch.len() => Ok(receipt.records),
            Ok(Ok(receipt)) => Err(broken(format!(
                "{} outcomes for {} records",
                receipt.records.len(),
                batch.len()
            ))),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(broken("it panicked".to_owned())),
        };
        match &result {
            Ok(records) => self.counter.committed(parts, records.len()),
            Err(_) => self.counter.add(|counts| counts.failed_commits += 1),
        }
        result
    }

    /// Appends each part again without the others, in their order. An error that concerns the store ends
    /// this for all parts behind it.
    async fn each_alone(&self, batch: &AppendBatch, members: Vec<Member>) {
        let mut members = members.into_iter();
        while let Some(member) = members.next() {
            let drafts: Vec<Draft> = batch
                .drafts()
                .get(member.drafts.clone())
                .unwrap_or_default()
                .to_vec();
            self.counter.add(|counts| counts.alone_retries += 1);
            let result = match AppendBatch::new(drafts) {
                Ok(alone) => self.all(&alone, OnConflict::SkipRecord, 1).await,
                Err(invalid) => Err(invalid.into()),
            };
            match result {
                Ok(receipts) => member.waiter.answer(Ok(receipts)),
                Err(error) if concerns_a_record(&error) => fail(vec![member], error),
                Err(error) => {
                    let rest = std::iter::once(member).chain(members).collect();
                    return fail(rest, error);
                }
            }
        }
    }
}

/// The error of a store that breaks the contract of its port.
fn broken(message: String) -> StoreError {
    StoreError::Backend {
        backend: "store",
        message,
        retryable: false,
        write_outcome: WriteOutcome::Unknown,
        source: None,
    }
}

fn succeed(members: Vec<Member>, receipts: Vec<RecordReceipt>) {
    let mut receipts = receipts.into_iter();
    for member in members {
        let own = receipts.by_ref().take(member.drafts.len()).collect();
        member.waiter.answer(Ok(own));
    }
}

fn fail(members: Vec<Member>, error: StoreError) {
    let error = IngestError::Store(Arc::new(error));
    for member in members {
        member.waiter.answer(Err(error.clone()));
    }
}
