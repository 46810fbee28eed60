//! Permits return whichever way a request ends.

use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use logs_contract::samples::tenant;
use logs_domain::WriteOutcome;
use logs_ingest::{Busy, Ingest, IngestError, IngestOptions};

use crate::scripted::{
    SKIP, assert_idle, draft, refused, runs, scripted, settle, submit, unavailable,
};

const ALL: usize = 1 << 20;

fn ingest() -> (Ingest, crate::scripted::Script) {
    scripted(IngestOptions::default().queue(4, ALL).tenant_parts(1))
}

/// Takes everything there is, and returns it.
fn assert_all_free(ingest: &Ingest) {
    assert_idle(ingest);
    let all = ingest.admit(&tenant("z"), ALL).unwrap();
    assert_eq!((all.bytes(), all.tenant().as_str()), (ALL, "z"));
    assert!(matches!(
        ingest.admit(&tenant("y"), 1),
        Err(IngestError::Busy(Busy::Bytes))
    ));
}

/// Looks at the ingest each time the client is told to look for its answer.
struct Told {
    ingest: Ingest,
    open: Mutex<Option<usize>>,
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        *self.open.lock().unwrap() = Some(self.ingest.stats().open_requests);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_finds_its_permit_free() {
    let (ingest, mut script) = ingest();
    let admission = ingest.admit(&tenant("a"), ALL).unwrap();
    let mut client = Box::pin(admission.submit(runs(0..1), SKIP));
    let told = Arc::new(Told {
        ingest: ingest.clone(),
        open: Mutex::default(),
    });
    let waker = Waker::from(told.clone());
    let polled = client.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    let call = script.call().await;
    assert_eq!(ingest.stats().open_requests, 1);
    call.store();
    settle(&ingest).await;
    assert_eq!(*told.open.lock().unwrap(), Some(0));
    client.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn after_each_answer_of_the_store() {
    let (ingest, mut script) = ingest();
    let a = tenant("a");
    for error in [
        None,
        Some(refused()),
        Some(unavailable(WriteOutcome::Unknown)),
        Some(unavailable(WriteOutcome::NotApplied)),
    ] {
        let client = submit(&ingest, &a, runs(0..1));
        assert_eq!(ingest.stats().open_bytes, 1);
        let failed = error.is_some();
        let call = script.call().await;
        match error {
            None => call.store(),
            Some(error) => call.fail(error),
        }
        assert_eq!(client.await.is_err(), failed);
        settle(&ingest).await;
        assert_all_free(&ingest);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_deadline_a_cut_a_panic_and_a_poisoned_batch() {
    let (ingest, mut script) = ingest();
    let a = tenant("a");
    let first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    submit(&ingest, &a, runs(1..2)).await.unwrap_err();
    drop(submit(&ingest, &a, runs(1..2)));
    assert_eq!(ingest.stats().open_requests, 1);
    let bad = [
        submit(&ingest, &a, runs(2..3)),
        submit(&ingest, &a, runs(3..4)),
    ];
    drop(call);
    first.await.unwrap_err();
    script.call().await.fail(refused());
    script.call().await.fail(refused());
    script.call().await.store();
    let [bad, good] = bad;
    bad.await.unwrap_err();
    good.await.unwrap();
    settle(&ingest).await;
    assert_all_free(&ingest);
}

#[tokio::test(start_paused = true)]
async fn a_split_request_holds_its_permit_until_its_last_part() {
    let options = IngestOptions::default().queue(1, ALL).batch(1, usize::MAX);
    let (ingest, mut script) = scripted(options);
    let a = tenant("a");
    let client = submit(&ingest, &a, vec![draft(0), draft(1)]);
    script.call().await.store();
    let last = script.call().await;
    assert!(matches!(
        ingest.admit(&a, 1),
        Err(IngestError::Busy(Busy::Requests))
    ));
    last.store();
    client.await.unwrap();
    assert!(ingest.admit(&a, ALL).is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_admission_takes_the_size_of_the_body_that_it_got() {
    let (ingest, mut script) = ingest();
    let a = tenant("a");
    let mut admission = ingest.admit(&a, 100).unwrap();
    admission.resize(ALL).unwrap();
    assert_eq!((admission.bytes(), ingest.stats().open_bytes), (ALL, ALL));
    assert!(matches!(
        admission.resize(ALL + 1),
        Err(IngestError::TooLarge { bytes, maximum: ALL }) if bytes == ALL + 1
    ));
    admission.resize(10).unwrap();
    let other = ingest.admit(&a, ALL - 10).unwrap();
    assert!(matches!(
        admission.resize(11),
        Err(IngestError::Busy(Busy::TenantBytes))
    ));
    drop(other);
    let client = tokio::spawn(admission.submit(runs(0..1), SKIP));
    script.call().await.store();
    client.await.unwrap().unwrap();
    settle(&ingest).await;
    assert_all_free(&ingest);
}

#[tokio::test(start_paused = true)]
async fn each_refusal_is_counted_by_its_limit() {
    let (ingest, _script) = scripted(IngestOptions::default().queue(4, 400).tenant_parts(2));
    let [a, b, c] = ["a", "b", "c"].map(tenant);
    let refused = |tenant, bytes| match ingest.admit(tenant, bytes) {
        Err(IngestError::Busy(busy)) => busy,
        other => panic!("{other:?}"),
    };
    let one = ingest.admit(&a, 150).unwrap();
    assert_eq!(refused(&a, 51), Busy::TenantBytes);
    assert_eq!(refused(&b, 251), Busy::Bytes);
    let two = ingest.admit(&a, 50).unwrap();
    assert_eq!(refused(&a, 0), Busy::TenantRequests);
    let others = [ingest.admit(&b, 1), ingest.admit(&b, 1)];
    assert_eq!(refused(&c, 1), Busy::Requests);
    let counts = ingest.stats().counts;
    assert_eq!(counts.busy_tenant, 2);
    assert_eq!((counts.busy_bytes, counts.busy_requests), (1, 1));
    drop((one, two, others));
    assert_idle(&ingest);
}
