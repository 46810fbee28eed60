use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::{AlreadyStored, Conflict, Gone, Stored};
use logs_domain::{Draft, RecordKey};
use logs_ingest::IngestOptions;
use logs_memory::MemoryStore;

use crate::scripted::{
    REJECT, assert_idle, draft, other, outcomes, runs, scripted, settle, submit, submit_as,
};

#[tokio::test(start_paused = true)]
async fn an_idle_service_commits_at_once_and_what_comes_meanwhile_together() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let start = tokio::time::Instant::now();
    let first = submit(&ingest, &a, vec![draft("r0")]);
    let call = script.call().await;
    assert_eq!(call.runs(), ["r0"]);
    assert_eq!(call.tenant, a);
    let second = submit(&ingest, &a, vec![draft("r1"), draft("r2")]);
    let third = submit(&ingest, &a, vec![draft("r3")]);
    let fourth = submit(&ingest, &a, vec![draft("r4"), draft("r5")]);
    assert_eq!(ingest.stats().waiting_parts, 3);
    assert_eq!(ingest.stats().running_commits, 1);
    call.store();
    assert_eq!(outcomes(first.await), [Stored]);
    let call = script.call().await;
    assert_eq!(call.runs(), ["r1", "r2", "r3", "r4", "r5"]);
    call.answer_outcomes(&[Stored, AlreadyStored, Gone, Conflict, Stored]);
    let answer = second.await;
    let keys = answer.as_ref().unwrap().iter();
    let keys: Vec<&RecordKey> = keys.map(|receipt| &receipt.key).collect();
    assert_eq!(keys, [&draft("r1").key(), &draft("r2").key()]);
    assert_eq!(outcomes(answer), [Stored, AlreadyStored]);
    assert_eq!(outcomes(third.await), [Gone]);
    assert_eq!(outcomes(fourth.await), [Conflict, Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(start.elapsed(), std::time::Duration::ZERO, "no timer");
    let counts = ingest.stats().counts;
    assert_eq!((counts.commits, counts.failed_commits), (2, 0));
    assert_eq!(counts.records_per_commit.sum(), 6);
    assert_eq!(counts.parts_per_commit.sum(), 4);
    assert_eq!(counts.wait_micros.count(), 4);
    assert_eq!(counts.conflicts_moved, 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_ends_at_its_limits_and_no_request_overtakes() {
    let (ingest, mut script) = scripted(IngestOptions::default().batch(5, usize::MAX));
    let a = tenant("a");
    let mut clients = vec![submit(&ingest, &a, runs(0..1))];
    let first = script.call().await;
    for keys in [1..4, 4..6, 6..9, 9..10, 10..15] {
        clients.push(submit(&ingest, &a, runs(keys)));
    }
    first.store();
    for expected in [1..6, 6..10, 10..15] {
        let call = script.call().await;
        assert_eq!(call.batch.drafts(), runs(expected));
        call.store();
    }
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(ingest.stats().counts.conflicts_moved, 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_ends_at_its_bytes() {
    let one = draft(0).byte_len();
    let (ingest, mut script) = scripted(IngestOptions::default().batch(100, 2 * one));
    let a = tenant("a");
    let _first = submit(&ingest, &a, runs(0..1));
    let first = script.call().await;
    let _clients = [1, 2, 3].map(|key| submit(&ingest, &a, vec![draft(key)]));
    first.store();
    for expected in [1..3, 3..4] {
        let call = script.call().await;
        assert_eq!(call.batch.drafts(), runs(expected));
        call.store();
    }
}

#[tokio::test(start_paused = true)]
async fn an_atomic_append_goes_alone() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let mut clients = vec![submit(&ingest, &a, runs(0..1))];
    let first = script.call().await;
    clients.push(submit(&ingest, &a, runs(1..2)));
    clients.push(submit_as(&ingest, &a, runs(2..3), REJECT));
    clients.push(submit_as(&ingest, &a, runs(3..4), REJECT));
    clients.push(submit(&ingest, &a, runs(4..5)));
    clients.push(submit(&ingest, &a, runs(5..6)));
    first.store();
    for (expected, atomic) in [(1..2, false), (2..3, true), (3..4, true), (4..6, false)] {
        let call = script.call().await;
        assert_eq!(call.batch.drafts(), runs(expected));
        assert_eq!(call.on_conflict == REJECT, atomic);
        call.store();
    }
    for client in clients {
        assert_eq!(outcomes(client.await), [Stored]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_key_with_two_contents_goes_to_two_batches_and_the_store_tells_the_conflict() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let store = MemoryStore::new(logs_domain::StoreOptions::default());
    let a = tenant("a");
    let submit = |drafts: &[Draft]| submit(&ingest, &a, drafts.to_vec());
    let blocked = submit(&[draft("r0")]);
    let first = script.call().await;
    let one = submit(&[draft("r1"), draft("r2")]);
    let equal = submit(&[draft("r2"), draft("r3")]);
    let differs = submit(&[other("r2"), draft("r4")]);
    let behind = submit(&[draft("r5")]);
    first.forward(&store).await;
    assert_eq!(outcomes(blocked.await), [Stored]);
    let call = script.call().await;
    assert_eq!(call.runs(), ["r1", "r2", "r2", "r3"]);
    call.forward(&store).await;
    let call = script.call().await;
    assert_eq!(call.runs(), ["r2", "r4", "r5"]);
    call.forward(&store).await;
    assert_eq!(outcomes(one.await), [Stored, Stored]);
    assert_eq!(outcomes(equal.await), [AlreadyStored, Stored]);
    assert_eq!(outcomes(differs.await), [Conflict, Stored]);
    assert_eq!(outcomes(behind.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.conflicts_moved, 1);
}

/// The conflict may be with a request that was added, not with the first one.
#[tokio::test(start_paused = true)]
async fn each_request_of_a_batch_is_compared() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let _blocked = submit(&ingest, &a, vec![draft("r0")]);
    let first = script.call().await;
    let _waiting = [draft("r1"), draft("r2"), draft("r3"), other("r2")]
        .map(|draft| submit(&ingest, &a, vec![draft]));
    first.store();
    let call = script.call().await;
    assert_eq!(call.runs(), ["r1", "r2", "r3"]);
    call.store();
    assert_eq!(script.call().await.batch.drafts(), [other("r2")]);
}

#[tokio::test(start_paused = true)]
async fn two_contents_in_one_request_are_a_conflict_of_the_second() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let client = submit(&ingest, &a, vec![draft("r"), other("r"), draft("s")]);
    let call = script.call().await;
    assert_eq!(call.runs(), ["r", "s"]);
    call.store();
    assert_eq!(outcomes(client.await), [Stored, Conflict, Stored]);
}

#[tokio::test(start_paused = true)]
async fn tenants_are_never_in_one_batch() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let (a, b) = (tenant("a"), tenant("b"));
    let _blocked = submit(&ingest, &a, runs(0..1));
    let first = script.call().await;
    let _one = submit(&ingest, &a, vec![draft("r")]);
    let _two = submit(&ingest, &b, vec![other("r")]);
    first.store();
    for (tenant, content) in [(&a, draft("r")), (&b, other("r"))] {
        let call = script.call().await;
        assert_eq!(&call.tenant, tenant);
        assert_eq!(call.batch.drafts(), [content]);
        call.store();
    }
    assert_eq!(ingest.stats().counts.conflicts_moved, 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_records_is_answered_without_the_store() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let admission = ingest.admit(&tenant("a"), 1).unwrap();
    let answer = admission.submit(Vec::new(), crate::scripted::SKIP).await;
    assert!(answer.unwrap().is_empty());
    script.assert_no_call();
    assert_idle(&ingest);
}
