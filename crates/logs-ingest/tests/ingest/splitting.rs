//! A request of more records than an append may have.

use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::{AlreadyStored, Stored};
use logs_domain::{AppendBatch, RecordOutcome, StoreError, StoreOptions, WriteOutcome};
use logs_ingest::{IngestError, IngestOptions};
use logs_memory::MemoryStore;

use crate::scripted::{
    Answer, REJECT, assert_idle, draft, outcomes, refused, runs, scripted, settle, store_error,
    submit, submit_as, unavailable, until_commits,
};

fn partial(answer: Answer) -> (usize, IngestError) {
    match answer {
        Err(error @ IngestError::Partial { .. }) => {
            assert_eq!(error.write_outcome(), WriteOutcome::Unknown);
            let retryable = error.is_retryable();
            let IngestError::Partial { committed, source } = error else {
                unreachable!()
            };
            assert_eq!(retryable, source.is_retryable());
            (committed, *source)
        }
        other => panic!("not a part: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_records_are_answered_when_both_appends_are_committed() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let a = tenant("a");
    let mut client = submit(&ingest, &a, runs(0..20_000));
    let behind = submit(&ingest, &a, vec![draft("behind")]);
    let first = script.call().await;
    assert_eq!(first.batch.drafts(), runs(0..10_000));
    first.store();
    let second = script.call().await;
    assert!(futures_util::FutureExt::now_or_never(&mut client).is_none());
    assert_eq!(ingest.stats().open_requests, 2);
    assert_eq!(second.batch.drafts(), runs(10_000..20_000));
    let mut second_outcomes = vec![Stored; 10_000];
    second_outcomes[0] = AlreadyStored;
    second.answer_outcomes(&second_outcomes);
    let answer = client.await.unwrap();
    assert_eq!(answer.len(), 20_000);
    for (number, receipt) in answer.iter().enumerate() {
        assert_eq!(receipt.key, draft(number).key());
        let already = receipt.outcome == AlreadyStored;
        assert_eq!(already, number == 10_000, "record {number}");
    }
    script.call().await.store();
    assert_eq!(outcomes(behind.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
}

/// The parts may end in another order than they began.
#[tokio::test(start_paused = true)]
async fn the_receipts_have_the_order_of_the_drafts_whichever_append_ends_first() {
    let options = IngestOptions::default().commits(2, 2);
    let (ingest, mut script) = scripted(options.batch(2, usize::MAX));
    let client = submit(&ingest, &tenant("a"), runs(0..4));
    let first = script.call().await;
    let second = script.call().await;
    assert_eq!(first.batch.drafts(), runs(0..2));
    second.answer_outcomes(&[AlreadyStored, AlreadyStored]);
    until_commits(&ingest, 1).await;
    first.store();
    let answer = client.await.unwrap();
    let keys: Vec<_> = answer.iter().map(|receipt| receipt.key.clone()).collect();
    assert_eq!(keys, [0, 1, 2, 3].map(|number| draft(number).key()));
    assert_eq!(
        outcomes(Ok(answer)),
        [Stored, Stored, AlreadyStored, AlreadyStored]
    );
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_dies_between_the_appends_fails_the_request_and_a_second_try_completes_it() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let store = MemoryStore::new(StoreOptions::default());
    let a = tenant("a");
    for dies in [true, false] {
        let key = if dies { "p" } else { "q" };
        let drafts: Vec<_> = (0..20_000).map(|n| draft(format!("{key}{n}"))).collect();
        let client = submit(&ingest, &a, drafts.clone());
        script.call().await.forward(&store).await;
        let second = script.call().await;
        assert_eq!(second.batch.drafts(), &drafts[10_000..]);
        if dies {
            drop(second);
        } else {
            second.fail(unavailable(WriteOutcome::NotApplied));
        }
        let (committed, source) = partial(client.await);
        assert_eq!(committed, 10_000);
        assert_eq!(source.is_retryable(), !dies);
        settle(&ingest).await;
        assert_idle(&ingest);

        let again = submit(&ingest, &a, drafts);
        script.call().await.forward(&store).await;
        script.call().await.forward(&store).await;
        let expected: Vec<RecordOutcome> = (0..20_000)
            .map(|n| if n < 10_000 { AlreadyStored } else { Stored })
            .collect();
        assert_eq!(outcomes(again.await), expected);
        settle(&ingest).await;
    }
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn a_failed_part_takes_those_that_wait_out_of_the_lane() {
    let (ingest, mut script) = scripted(IngestOptions::default().batch(2, usize::MAX));
    let a = tenant("a");
    let client = submit(&ingest, &a, runs(0..6));
    let behind = submit(&ingest, &a, vec![draft("behind")]);
    script
        .call()
        .await
        .fail(unavailable(WriteOutcome::NotApplied));
    // Its second part begins before the client hears of the first.
    let second = script.call().await;
    assert_eq!(second.batch.drafts(), runs(2..4));
    let (committed, source) = partial(client.await);
    assert_eq!(committed, 0, "the second part is not known");
    assert!(matches!(source, IngestError::Store(_)));
    assert_eq!(ingest.stats().waiting_parts, 1, "only the other request");
    second.store();
    let call = script.call().await;
    assert_eq!(call.batch.drafts(), [draft("behind")]);
    call.store();
    assert_eq!(outcomes(behind.await), [Stored]);
    settle(&ingest).await;
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.clients_gone, 0);
    assert_eq!(ingest.stats().counts.deadlines, 0);
}

/// Nothing of the request is stored, so the error says so.
#[tokio::test(start_paused = true)]
async fn a_request_of_which_no_other_part_began_fails_whole() {
    let options = IngestOptions::default().batch(2, usize::MAX);
    let (ingest, mut script) = scripted(options);
    let [a, b, c] = ["a", "b", "c"].map(tenant);
    let _running = submit(&ingest, &b, runs(0..1));
    let running = script.call().await;
    let client = submit(&ingest, &a, runs(0..6));
    let _other = submit(&ingest, &c, runs(0..1));
    running.store();
    script.call().await.fail(refused());
    // Between two parts of a request it is the turn of another tenant.
    assert_eq!(script.call().await.tenant, c);
    let error = store_error(client.await);
    assert!(matches!(*error, StoreError::Inconsistent { .. }));
    assert_eq!(ingest.stats().waiting_parts, 0);
}

/// Both appends ended before the client looks.
#[tokio::test(start_paused = true)]
async fn what_was_committed_beside_a_failed_part_is_counted() {
    let options = IngestOptions::default().commits(2, 2);
    let (ingest, mut script) = scripted(options.batch(2, usize::MAX));
    let client = submit(&ingest, &tenant("a"), runs(0..4));
    let failing = script.call().await;
    let second = script.call().await;
    failing.fail(unavailable(WriteOutcome::NotApplied));
    until_commits(&ingest, 1).await;
    second.store();
    settle(&ingest).await;
    assert_eq!(partial(client.await).0, 2);
}

#[tokio::test(start_paused = true)]
async fn the_client_of_a_split_request_leaves_between_its_appends() {
    let (ingest, mut script) = scripted(IngestOptions::default().batch(2, usize::MAX));
    let client = submit(&ingest, &tenant("a"), runs(0..6));
    let first = script.call().await;
    drop(client);
    assert_eq!(ingest.stats().waiting_parts, 0);
    assert_eq!(ingest.stats().open_requests, 1, "the first append runs");
    assert_eq!(ingest.stats().counts.clients_gone, 1);
    first.store();
    settle(&ingest).await;
    assert_idle(&ingest);
    script.assert_no_call();
}

#[tokio::test(start_paused = true)]
async fn an_atomic_request_that_exceeds_a_batch_is_refused() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let drafts = runs(0..AppendBatch::MAX_RECORDS + 1);
    let client = submit_as(&ingest, &tenant("a"), drafts, REJECT);
    let error = store_error(client.await);
    assert!(matches!(*error, StoreError::InvalidArgument(_)));
    settle(&ingest).await;
    script.assert_no_call();
    assert_idle(&ingest);
}
