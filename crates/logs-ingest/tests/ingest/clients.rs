//! A client that is cut at every stage.

use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::Stored;
use logs_ingest::IngestOptions;

use crate::scripted::{
    SKIP, assert_idle, draft, outcomes, refused, runs, scripted, settle, submit,
};

#[tokio::test(start_paused = true)]
async fn before_it_submits() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let admission = ingest.admit(&a, 100).unwrap();
    assert_eq!(ingest.stats().open_bytes, 100);
    drop(admission);
    assert_idle(&ingest);
    // The future of a submission that never ran.
    drop(ingest.admit(&a, 100).unwrap().submit(runs(0..1), SKIP));
    assert_idle(&ingest);
    script.assert_no_call();
    assert_eq!(ingest.stats().counts.clients_gone, 0);
}

#[tokio::test(start_paused = true)]
async fn while_it_waits_in_the_lane() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let stays = submit(&ingest, &a, runs(1..2));
    let leaves = submit(&ingest, &a, runs(2..3));
    let also_stays = submit(&ingest, &a, runs(3..4));
    assert_eq!(ingest.stats().open_requests, 4);
    drop(leaves);
    assert_eq!(ingest.stats().open_requests, 3);
    assert_eq!(ingest.stats().counts.clients_gone, 1);
    call.store();
    assert_eq!(outcomes(first.await), [Stored]);
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), [draft(1), draft(3)]);
    call.store();
    assert_eq!(outcomes(stays.await), [Stored]);
    assert_eq!(outcomes(also_stays.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn as_the_only_one_in_its_lane() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let (a, b) = (tenant("a"), tenant("b"));
    let first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let leaves = submit(&ingest, &b, runs(1..2));
    assert_eq!(ingest.stats().lanes, 2);
    drop(leaves);
    assert_eq!(ingest.stats().lanes, 1);
    let next = submit(&ingest, &b, runs(2..3));
    call.store();
    first.await.unwrap();
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), runs(2..3));
    call.store();
    next.await.unwrap();
    settle(&ingest).await;
    assert_idle(&ingest);
    script.assert_no_call();
}

#[tokio::test(start_paused = true)]
async fn when_its_commit_was_begun_but_has_not_run() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    // The task of the commit exists, and did not get to run.
    drop(submit(&ingest, &tenant("a"), runs(0..1)));
    assert_eq!(ingest.stats().running_commits, 1);
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), runs(0..1));
    call.store();
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.commits, 1);
}

#[tokio::test(start_paused = true)]
async fn while_its_batch_is_committed() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let leaves = submit(&ingest, &a, runs(1..2));
    let stays = submit(&ingest, &a, runs(2..3));
    call.store();
    first.await.unwrap();
    let call = script.call().await;
    drop(leaves);
    assert_eq!(
        ingest.stats().open_requests,
        2,
        "its records are still in memory"
    );
    assert_eq!(call.batch.drafts(), runs(1..3));
    call.store();
    assert_eq!(outcomes(stays.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.clients_gone, 0);
    assert_eq!(ingest.stats().counts.records_per_commit.sum(), 3);
}

#[tokio::test(start_paused = true)]
async fn while_its_batch_goes_alone() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let first = submit(&ingest, &a, runs(0..1));
    let call = script.call().await;
    let leaves = submit(&ingest, &a, runs(1..2));
    let stays = submit(&ingest, &a, runs(2..3));
    call.store();
    first.await.unwrap();
    script.call().await.fail(refused());
    drop(leaves);
    for expected in [1..2, 2..3] {
        let call = script.call().await;
        assert_eq!(call.batch.drafts(), runs(expected));
        call.store();
    }
    assert_eq!(outcomes(stays.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn after_the_commit_and_before_its_answer() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let client = submit(&ingest, &tenant("a"), runs(0..1));
    script.call().await.store();
    settle(&ingest).await;
    assert_idle(&ingest);
    drop(client);
    assert_eq!(ingest.stats().counts.clients_gone, 0);
    assert_eq!(ingest.stats().counts.commits, 1);
}
