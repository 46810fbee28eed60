//! A writer that a test answers call by call, and short ways to submit.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use logs_contract::samples::{at, export, id, run};
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogExportOutcome, LogsWriter, OnConflict, Reason,
    RecordOutcome, RecordReceipt, StoreError, StoreResult, TenantId, WriteOutcome,
};
use logs_ingest::{Ingest, IngestError, IngestOptions};
use logs_memory::MemoryStore;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub(crate) const SKIP: OnConflict = OnConflict::SkipRecord;
pub(crate) const REJECT: OnConflict = OnConflict::RejectCall;

/// As the time is paused, it passes as soon as nothing else can happen.
const A_DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug)]
struct Writer(mpsc::UnboundedSender<Call>);

#[async_trait]
impl LogsWriter for Writer {
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let (answer, answered) = oneshot::channel();
        let call = Call {
            tenant: tenant.clone(),
            batch: batch.clone(),
            on_conflict,
            answer,
        };
        self.0.send(call).expect("the test takes calls");
        answered.await.expect("the writer dies here")
    }
}

/// The calls of the writer. It answers none by itself.
pub(crate) struct Script(mpsc::UnboundedReceiver<Call>);

/// An append that waits for its answer. The writer panics if it gets none.
pub(crate) struct Call {
    pub(crate) tenant: TenantId,
    pub(crate) batch: AppendBatch,
    pub(crate) on_conflict: OnConflict,
    answer: oneshot::Sender<StoreResult<AppendReceipt>>,
}

pub(crate) fn scripted(options: IngestOptions) -> (Ingest, Script) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (
        Ingest::new(Arc::new(Writer(sender)), options),
        Script(receiver),
    )
}

impl Script {
    /// The next call.
    pub(crate) async fn call(&mut self) -> Call {
        let call = timeout(A_DAY, self.0.recv()).await;
        call.expect("the writer is called")
            .expect("the ingest holds the writer")
    }

    /// Checks that no call waits here. The commits that should not run are in the statistics.
    pub(crate) fn assert_no_call(&mut self) {
        assert!(self.0.try_recv().is_err());
    }
}

impl Call {
    /// The keys of the runs, in their order.
    pub(crate) fn runs(&self) -> Vec<&str> {
        let drafts = self.batch.drafts().iter();
        drafts
            .map(|draft| {
                let Draft::LlmRun(run) = draft else {
                    panic!("not a run: {draft:?}");
                };
                run.run_id.as_str()
            })
            .collect()
    }

    /// Answers that every record is stored.
    pub(crate) fn store(self) {
        let outcomes = vec![RecordOutcome::Stored; self.batch.len()];
        self.answer_outcomes(&outcomes);
    }

    pub(crate) fn answer_outcomes(self, outcomes: &[RecordOutcome]) {
        let records = self.batch.drafts().iter().zip(outcomes);
        let records = records
            .map(|(draft, outcome)| RecordReceipt {
                outcome: *outcome,
                key: draft.key(),
                id: draft.id(&self.tenant),
                created_at: at(0),
            })
            .collect();
        self.answer.send(Ok(AppendReceipt { records })).unwrap();
    }

    pub(crate) fn fail(self, error: StoreError) {
        self.answer.send(Err(error)).unwrap();
    }

    /// Answers with what the store does.
    pub(crate) async fn forward(self, store: &MemoryStore) {
        let result = store
            .append(&self.tenant, &self.batch, self.on_conflict)
            .await;
        self.answer.send(result).unwrap();
    }
}

pub(crate) type Answer = Result<Vec<RecordReceipt>, IngestError>;

/// A client that waits for its answer. It is gone when this is dropped.
pub(crate) type Client = Pin<Box<dyn Future<Output = Answer>>>;

/// Submits and returns when the request is in its lane.
pub(crate) fn submit_as(
    ingest: &Ingest,
    tenant: &TenantId,
    drafts: Vec<Draft>,
    on_conflict: OnConflict,
) -> Client {
    let admission = ingest.admit(tenant, 1).unwrap();
    let answer = timeout(A_DAY, admission.submit(drafts, on_conflict));
    let mut client: Client = Box::pin(async { answer.await.expect("the client is answered") });
    assert!(client.as_mut().now_or_never().is_none(), "it waits");
    client
}

pub(crate) fn submit(ingest: &Ingest, tenant: &TenantId, drafts: Vec<Draft>) -> Client {
    submit_as(ingest, tenant, drafts, SKIP)
}

/// A run with this key.
pub(crate) fn draft(key: impl ToString) -> Draft {
    run(&key.to_string()).into()
}

/// A run with this key and other content.
pub(crate) fn other(key: impl ToString) -> Draft {
    run(&key.to_string()).completed_at(at(1)).into()
}

pub(crate) fn runs(keys: std::ops::Range<usize>) -> Vec<Draft> {
    keys.map(draft).collect()
}

/// A record that every store refuses: an outcome without its export.
pub(crate) fn poison(number: u32) -> Draft {
    let draft = export(number);
    LogExportOutcome::failed(draft.id, Reason::new("r").unwrap()).into()
}

pub(crate) fn outcomes(answer: Answer) -> Vec<RecordOutcome> {
    let receipts = answer.unwrap().into_iter();
    receipts.map(|receipt| receipt.outcome).collect()
}

pub(crate) fn store_error(answer: Answer) -> Arc<StoreError> {
    match answer {
        Err(IngestError::Store(error)) => error,
        other => panic!("not an error of the store: {other:?}"),
    }
}

pub(crate) fn unavailable(write_outcome: WriteOutcome) -> StoreError {
    StoreError::Unavailable {
        reason: "scripted".to_owned(),
        write_outcome,
        source: None,
    }
}

/// An error that a record may have caused.
pub(crate) fn refused() -> StoreError {
    StoreError::inconsistent("record_key", "digest", id(1).to_string())
}

/// Checks that nothing is admitted, waits or runs.
pub(crate) fn assert_idle(ingest: &Ingest) {
    let stats = ingest.stats();
    assert_eq!((stats.open_requests, stats.open_bytes), (0, 0));
    assert_eq!((stats.waiting_parts, stats.running_commits), (0, 0));
    assert_eq!(stats.lanes, 0, "no lane is kept");
}

/// Lets the commits that just answered end.
pub(crate) async fn settle(ingest: &Ingest) {
    until_commits(ingest, 0).await;
}

/// Lets commits end until so many run.
pub(crate) async fn until_commits(ingest: &Ingest, running: usize) {
    for _ in 0..10_000 {
        if ingest.stats().running_commits == running {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{running} commits should run: {:?}", ingest.stats());
}
