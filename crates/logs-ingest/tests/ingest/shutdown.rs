use std::time::Duration;

use futures_util::FutureExt as _;
use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::Stored;
use logs_domain::WriteOutcome;
use logs_ingest::{IngestError, IngestOptions};
use tokio::time::Instant;

use crate::scripted::{SKIP, assert_idle, outcomes, runs, scripted, settle, submit};

const DRAIN: Duration = Duration::from_secs(25);

#[tokio::test(start_paused = true)]
async fn an_idle_ingest_stops_at_once_and_refuses_from_then_on() {
    let (ingest, _script) = scripted(IngestOptions::default());
    let start = Instant::now();
    assert_eq!(ingest.shutdown(DRAIN).await, 0);
    assert_eq!(start.elapsed(), Duration::ZERO);
    let error = ingest.admit(&tenant("a"), 1).unwrap_err();
    assert!(matches!(error, IngestError::ShuttingDown));
    assert!(error.is_retryable());
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    assert_eq!(ingest.shutdown(DRAIN).await, 0, "a second time");
}

#[tokio::test(start_paused = true)]
async fn it_refuses_and_drains() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let running = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let waiting = submit(&ingest, &a, runs(1..2));
    let admitted = ingest.admit(&a, 1).unwrap();
    let mut shutdown = Box::pin(ingest.shutdown(DRAIN));
    assert!(shutdown.as_mut().now_or_never().is_none());
    assert!(matches!(
        ingest.admit(&a, 1),
        Err(IngestError::ShuttingDown)
    ));
    // Who was admitted before may still submit.
    let mut late = Box::pin(admitted.submit(runs(2..3), SKIP));
    assert!(late.as_mut().now_or_never().is_none());
    call.store();
    assert_eq!(outcomes(running.await), [Stored]);
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), runs(1..3));
    assert!(shutdown.as_mut().now_or_never().is_none());
    call.store();
    assert_eq!(shutdown.await, 0);
    assert_eq!(outcomes(waiting.await), [Stored]);
    assert_eq!(outcomes(late.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn after_25_s_the_rest_gets_an_error_and_what_runs_goes_on() {
    let options = IngestOptions::default().queue_deadline(Duration::from_secs(3600));
    let (ingest, mut script) = scripted(options);
    let (a, b) = (tenant("a"), tenant("b"));
    let running = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let waiting = [&a, &b].map(|tenant| submit(&ingest, tenant, runs(1..2)));
    let admitted = ingest.admit(&b, 1).unwrap();
    let start = Instant::now();
    assert_eq!(ingest.shutdown(DRAIN).await, 4);
    assert_eq!(start.elapsed().as_secs(), 25);
    assert_eq!(ingest.stats().lanes, 1, "only that of the append");
    for client in waiting {
        let error = client.await.unwrap_err();
        assert!(matches!(error, IngestError::ShuttingDown), "{error:?}");
    }
    let error = admitted.submit(runs(2..3), SKIP).await.unwrap_err();
    assert!(matches!(error, IngestError::ShuttingDown));
    let stats = ingest.stats();
    assert_eq!((stats.open_requests, stats.lanes), (1, 1));
    assert_eq!((stats.running_commits, stats.waiting_parts), (1, 0));
    call.store();
    assert_eq!(outcomes(running.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
    script.assert_no_call();
}

#[tokio::test(start_paused = true)]
async fn a_split_request_that_waits_whole_is_certainly_not_stored() {
    let options = IngestOptions::default().batch(1, usize::MAX);
    let (ingest, mut script) = scripted(options.queue_deadline(Duration::from_secs(3600)));
    let a = tenant("a");
    let running = submit(&ingest, &a, runs(0..2));
    let call = script.call().await;
    let waiting = submit(&ingest, &a, runs(2..4));
    assert_eq!(ingest.shutdown(DRAIN).await, 2);
    let error = waiting.await.unwrap_err();
    assert!(matches!(error, IngestError::ShuttingDown));
    let error = running.await.unwrap_err();
    assert!(
        matches!(&error, IngestError::Partial { committed: 0, source }
            if matches!(**source, IngestError::ShuttingDown)),
        "{error:?}"
    );
    call.store();
    settle(&ingest).await;
    assert_idle(&ingest);
}
