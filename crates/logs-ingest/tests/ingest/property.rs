//! Random requests of several tenants end as if their records were appended one by one.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt as _, StreamExt as _};
use logs_contract::samples::{at, largest, run, tenant};
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LlmRunFilter, LogsReader as _, LogsWriter, OnConflict,
    RecordKey, RecordOutcome, StoreOptions, StoreResult, TenantId, WriteOutcome,
};
use logs_ingest::{Ingest, IngestError, IngestOptions};
use logs_memory::MemoryStore;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::scripted::{Answer, SKIP, assert_idle, poison, settle, unavailable};

/// A draft by its key and its content. Few of both, so that they meet.
#[derive(Clone, Copy, Debug)]
struct Small {
    key: u8,
    content: u8,
}

#[derive(Clone, Debug)]
struct Submission {
    tenant: u8,
    drafts: Vec<Small>,
    /// How often other tasks get to run before the next submission.
    pause: u8,
    poisoned: bool,
    /// The client leaves so many steps after it submitted.
    leaves_after: Option<u8>,
}

fn small() -> impl Strategy<Value = Small> {
    (0..12_u8, prop_oneof![3 => Just(0), 1 => 1..3_u8])
        .prop_map(|(key, content)| Small { key, content })
}

fn submission() -> impl Strategy<Value = Submission> {
    (
        0..3_u8,
        vec(small(), 0..9),
        0..4_u8,
        prop::bool::weighted(0.05),
        prop::option::weighted(0.15, 0..5_u8),
    )
        .prop_map(
            |(tenant, drafts, pause, poisoned, leaves_after)| Submission {
                tenant,
                drafts,
                pause,
                poisoned,
                leaves_after,
            },
        )
}

fn draft(small: Small) -> Draft {
    let draft = run(&format!("r{}", small.key));
    draft.completed_at(at(i64::from(small.content))).into()
}

impl Submission {
    fn tenant(&self) -> TenantId {
        tenant(&format!("t{}", self.tenant))
    }

    fn drafts(&self) -> Vec<Draft> {
        self.drafts.iter().copied().map(draft).collect()
    }
}

/// The memory store behind a pause, so that requests gather, and with faults on demand.
#[derive(Debug)]
struct Slow {
    store: Arc<MemoryStore>,
    calls: AtomicU64,
    /// Of so many calls one fails before it is applied, and one after. Zero: none.
    faults: u64,
}

#[async_trait]
impl LogsWriter for Slow {
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        for _ in 0..call % 5 {
            tokio::task::yield_now().await;
        }
        let fault = call.checked_rem(self.faults);
        if fault == Some(1) {
            return Err(unavailable(WriteOutcome::NotApplied));
        }
        let receipt = self.store.append(tenant, batch, on_conflict).await?;
        for _ in 0..call % 3 {
            tokio::task::yield_now().await;
        }
        if fault == Some(2) {
            return Err(unavailable(WriteOutcome::Unknown));
        }
        Ok(receipt)
    }
}

fn ingest(options: IngestOptions, faults: u64) -> (Ingest, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let writer = Slow {
        store: store.clone(),
        calls: AtomicU64::new(0),
        faults,
    };
    let options = options.queue(1_000, 1 << 20).tenant_parts(1);
    (Ingest::new(Arc::new(writer), options), store)
}

/// One record after the other on a store of its own. The second content of a key in a request is a
/// conflict, whatever is stored.
async fn one_by_one(
    store: &MemoryStore,
    tenant: &TenantId,
    drafts: &[Draft],
) -> Vec<RecordOutcome> {
    let mut outcomes = Vec::new();
    let mut first_of: HashMap<RecordKey, &Draft> = HashMap::new();
    for draft in drafts {
        let outcome = if *first_of.entry(draft.key()).or_insert(draft) == draft {
            let batch = AppendBatch::new(vec![draft.clone()]).unwrap();
            let receipt = store.append(tenant, &batch, SKIP).await.unwrap();
            receipt.records[0].outcome
        } else {
            RecordOutcome::Conflict
        };
        outcomes.push(outcome);
    }
    outcomes
}

/// What the store has of a tenant, in the order of the keys.
async fn stored(store: &MemoryStore, tenant: &TenantId) -> Vec<Draft> {
    let filter = LlmRunFilter::default();
    let page = store.list_llm_runs(tenant, &filter, &largest()).await;
    let items = page.unwrap().items;
    let mut drafts: Vec<Draft> = items.iter().map(|run| run.to_draft().into()).collect();
    drafts.sort_by_key(Draft::key);
    drafts
}

fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(test);
}

fn submit(ingest: &Ingest, submission: &Submission, drafts: Vec<Draft>) -> Client {
    let admission = ingest.admit(&submission.tenant(), 1).unwrap();
    let client = admission.submit(drafts, SKIP);
    let mut client = Client {
        steps: submission.leaves_after,
        answer: Box::pin(client),
    };
    // It is in its lane from now on, so that the order of the requests is known.
    if let Some(answer) = client.poll_once() {
        client.answer = Box::pin(std::future::ready(answer));
    }
    client
}

struct Client {
    /// After so many steps it is gone.
    steps: Option<u8>,
    answer: Pin<Box<dyn Future<Output = Answer>>>,
}

impl Client {
    fn poll_once(&mut self) -> Option<Answer> {
        self.answer.as_mut().now_or_never()
    }
}

impl Future for Client {
    /// `None` if the client left.
    type Output = Option<Answer>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(answer) = self.answer.as_mut().poll(context) {
            return Poll::Ready(Some(answer));
        }
        match self.steps.as_mut() {
            Some(0) => return Poll::Ready(None),
            Some(steps) => {
                *steps -= 1;
                context.waker().wake_by_ref();
            }
            None => {}
        }
        Poll::Pending
    }
}

/// Submits everything in order, and waits for all answers.
async fn run_all(
    ingest: &Ingest,
    submissions: &[Submission],
    drafts: impl Fn(&Submission) -> Vec<Draft>,
) -> Vec<Option<Answer>> {
    let mut clients = FuturesOrdered::new();
    for submission in submissions {
        clients.push_back(submit(ingest, submission, drafts(submission)));
        for _ in 0..submission.pause {
            tokio::task::yield_now().await;
        }
    }
    let answers = clients.collect().await;
    settle(ingest).await;
    assert_idle(ingest);
    answers
}

proptest! {
    /// With one permit the order of arrival is the order of the store, so every outcome is known.
    #[test]
    fn one_permit(
        submissions in vec(submission(), 1..40),
        batch in 1..12_usize,
    ) {
        block_on(async {
            let options = IngestOptions::default().batch(batch, usize::MAX);
            let (ingest, store) = ingest(options, 0);
            let mut all = submissions;
            for submission in &mut all {
                submission.leaves_after = None;
            }
            let drafts = |submission: &Submission| {
                let mut drafts = submission.drafts();
                if submission.poisoned {
                    drafts = vec![poison(1)];
                }
                drafts
            };
            let answers = run_all(&ingest, &all, drafts).await;
            let model = MemoryStore::new(StoreOptions::default());
            for (submission, answer) in all.iter().zip(answers) {
                let answer = answer.unwrap();
                if submission.poisoned {
                    assert!(matches!(answer, Err(IngestError::Store(_))));
                    continue;
                }
                let receipts = answer.unwrap();
                let expected = one_by_one(&model, &submission.tenant(), &submission.drafts()).await;
                let outcomes: Vec<RecordOutcome> =
                    receipts.iter().map(|receipt| receipt.outcome).collect();
                assert_eq!(outcomes, expected);
                for (receipt, draft) in receipts.iter().zip(submission.drafts()) {
                    assert_eq!(receipt.key, draft.key());
                    assert_eq!(receipt.id, draft.id(&submission.tenant()));
                }
            }
            for number in 0..3 {
                let tenant = tenant(&format!("t{number}"));
                assert_eq!(stored(&store, &tenant).await, stored(&model, &tenant).await);
            }
        });
    }

    /// Whatever fails and whoever leaves: what is acknowledged is stored, exactly once, and a second try of
    /// everything ends with every key stored.
    #[test]
    fn faults_and_cuts(
        submissions in vec(submission(), 1..40),
        batch in 1..12_usize,
        commits in 1..5_usize,
        of_tenant in 1..3_usize,
        faults in 3..9_u64,
    ) {
        block_on(async {
            let options = IngestOptions::default().batch(batch, usize::MAX);
            let (ingest, store) = ingest(options.commits(commits, of_tenant), faults);
            let answers = run_all(&ingest, &submissions, Submission::drafts).await;
            let mut new: HashMap<(TenantId, RecordKey), Draft> = HashMap::new();
            for (submission, answer) in submissions.iter().zip(answers) {
                let Some(answer) = answer else {
                    assert!(submission.leaves_after.is_some());
                    continue;
                };
                let receipts = match answer {
                    Ok(receipts) => receipts,
                    Err(error) => {
                        assert!(error.is_retryable(), "{error:?}");
                        continue;
                    }
                };
                let tenant = submission.tenant();
                let drafts = submission.drafts();
                assert_eq!(receipts.len(), drafts.len());
                let contents = stored(&store, &tenant).await;
                for (receipt, draft) in receipts.into_iter().zip(drafts) {
                    assert_eq!(receipt.key, draft.key());
                    let content = contents.iter().find(|other| other.key() == receipt.key);
                    let content = content.expect("each acknowledged key is stored");
                    match receipt.outcome {
                        RecordOutcome::Stored => {
                            assert_eq!(content, &draft);
                            let twice = new.insert((tenant.clone(), receipt.key), draft);
                            assert_eq!(twice, None, "stored twice");
                        }
                        RecordOutcome::AlreadyStored => assert_eq!(content, &draft),
                        RecordOutcome::Conflict => {
                            let mut request = submission.drafts().into_iter();
                            let first = request.find(|first| first.key() == receipt.key);
                            assert!(content != &draft || first != Some(draft));
                        }
                        RecordOutcome::Gone => panic!("nothing is dropped"),
                    }
                }
            }
            let healthy = Ingest::new(store.clone(), IngestOptions::default());
            for submission in &submissions {
                let admission = healthy.admit(&submission.tenant(), 1).unwrap();
                admission.submit(submission.drafts(), SKIP).await.unwrap();
            }
            for number in 0..3 {
                let tenant = tenant(&format!("t{number}"));
                let sent = submissions.iter().filter(|one| one.tenant() == tenant);
                let mut keys: Vec<RecordKey> = sent
                    .flat_map(Submission::drafts)
                    .map(|draft| draft.key())
                    .collect();
                keys.sort();
                keys.dedup();
                let stored = stored(&store, &tenant).await;
                assert!(stored.iter().map(Draft::key).eq(keys));
            }
        });
    }
}
