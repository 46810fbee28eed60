use std::time::Duration;

use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::Stored;
use logs_domain::WriteOutcome;
use logs_ingest::{IngestError, IngestOptions};
use tokio::time::{Instant, advance};

use crate::scripted::{assert_idle, draft, outcomes, runs, scripted, settle, submit, unavailable};

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_its_commit_to_begin_and_not_longer_than_5_s() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let running = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let start = Instant::now();
    let waiting = submit(&ingest, &a, runs(1..2));
    advance(Duration::from_secs(1)).await;
    let later = submit(&ingest, &a, runs(2..3));
    let error = waiting.await.unwrap_err();
    let five = Duration::from_secs(5);
    let late = start.elapsed() - five;
    assert!(late <= Duration::from_millis(1), "{late:?} late");
    assert!(matches!(error, IngestError::Deadline { after } if after == five));
    assert!(error.is_retryable());
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    let stats = ingest.stats();
    assert_eq!((stats.open_requests, stats.waiting_parts), (2, 1));
    assert_eq!(stats.counts.deadlines, 1);
    assert_eq!(stats.counts.clients_gone, 0);
    // The append that runs has no deadline here: the store has one of its own.
    call.store();
    assert_eq!(outcomes(running.await), [Stored]);
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), [draft(2)]);
    call.store();
    assert_eq!(outcomes(later.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn an_append_that_runs_for_an_hour_is_awaited() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let client = submit(&ingest, &tenant("a"), runs(0..1));
    let call = script.call().await;
    let hour = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        call.store();
    });
    assert_eq!(outcomes(client.await), [Stored]);
    hour.await.unwrap();
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.deadlines, 0);
}

#[tokio::test(start_paused = true)]
async fn a_split_request_may_be_stored_in_part_at_its_deadline() {
    let options = IngestOptions::default().batch(2, usize::MAX);
    let (ingest, mut script) = scripted(options.queue_deadline(Duration::from_secs(2)));
    let client = submit(&ingest, &tenant("a"), runs(0..6));
    script.call().await.store();
    let second = script.call().await;
    let start = Instant::now();
    let error = client.await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 2);
    assert!(error.is_retryable());
    let IngestError::Partial { committed, source } = error else {
        panic!("{error:?}");
    };
    assert_eq!(committed, 2);
    assert!(matches!(*source, IngestError::Deadline { .. }));
    assert_eq!(ingest.stats().waiting_parts, 0);
    assert_eq!(ingest.stats().open_requests, 1);
    second.store();
    settle(&ingest).await;
    assert_idle(&ingest);
    script.assert_no_call();
}

#[tokio::test(start_paused = true)]
async fn the_waits_and_the_appends_are_measured() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let _first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let _second = submit(&ingest, &a, runs(1..2));
    advance(Duration::from_millis(30)).await;
    call.fail(unavailable(WriteOutcome::NotApplied));
    let call = script.call().await;
    advance(Duration::from_millis(7)).await;
    call.store();
    settle(&ingest).await;
    let counts = ingest.stats().counts;
    let (wait, commit) = (counts.wait_micros, counts.commit_micros);
    assert_eq!((wait.count(), wait.sum()), (2, 30_000));
    assert_eq!((commit.count(), commit.sum()), (2, 37_000));
}
