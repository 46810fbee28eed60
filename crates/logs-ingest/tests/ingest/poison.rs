use std::sync::Arc;

use logs_contract::samples::{largest, tenant};
use logs_domain::RecordOutcome::Stored;
use logs_domain::{LlmRunFilter, LogsReader as _, StoreError, StoreOptions, WriteOutcome};
use logs_ingest::{IngestError, IngestOptions};
use logs_memory::MemoryStore;

use crate::scripted::{
    Client, assert_idle, draft, outcomes, poison, refused, runs, scripted, settle, store_error,
    submit, unavailable,
};

/// A tenant may hold 32 requests.
fn options() -> IngestOptions {
    IngestOptions::default().queue(132, 1 << 20)
}

#[tokio::test(start_paused = true)]
async fn one_poisoned_request_among_31_good_ones_fails_alone() {
    let (ingest, mut script) = scripted(options());
    let store = MemoryStore::new(StoreOptions::default());
    let a = tenant("a");
    let blocked = submit(&ingest, &a, vec![draft("first")]);
    let first = script.call().await;
    let mut clients: Vec<Client> = Vec::new();
    for number in 0..32 {
        let mut drafts = vec![draft(format!("{number}-a")), draft(format!("{number}-b"))];
        if number == 17 {
            drafts.insert(1, poison(1));
        }
        clients.push(submit(&ingest, &a, drafts));
    }
    first.forward(&store).await;
    blocked.await.unwrap();
    let together = script.call().await;
    assert_eq!(together.batch.len(), 65);
    together.forward(&store).await;
    for number in 0..32 {
        let alone = script.call().await;
        assert_eq!(alone.batch.drafts()[0], draft(format!("{number}-a")));
        assert_eq!(alone.batch.len(), if number == 17 { 3 } else { 2 });
        alone.forward(&store).await;
    }
    for (number, client) in clients.into_iter().enumerate() {
        let answer = client.await;
        if number == 17 {
            let error = answer.unwrap_err();
            assert!(!error.is_retryable());
            assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
            let IngestError::Store(error) = error else {
                panic!("{error:?}");
            };
            assert!(matches!(*error, StoreError::InvalidArgument(_)));
        } else {
            assert_eq!(outcomes(answer), [Stored, Stored]);
        }
    }
    settle(&ingest).await;
    assert_idle(&ingest);
    let stored = store
        .list_llm_runs(&a, &LlmRunFilter::default(), &largest())
        .await
        .unwrap();
    assert_eq!(stored.items.len(), 1 + 31 * 2);
    let counts = ingest.stats().counts;
    assert_eq!(counts.alone_retries, 32);
    assert_eq!((counts.commits, counts.failed_commits), (32, 2));
}

/// Three requests in one batch, which is answered with `error`.
async fn batch_of_three(
    error: StoreError,
) -> (logs_ingest::Ingest, crate::scripted::Script, Vec<Client>) {
    let (ingest, mut script) = scripted(options());
    let a = tenant("a");
    let blocked = submit(&ingest, &a, vec![draft("first")]);
    let first = script.call().await;
    let clients = (0..3)
        .map(|key| submit(&ingest, &a, vec![draft(key)]))
        .collect();
    first.store();
    blocked.await.unwrap();
    let together = script.call().await;
    assert_eq!(together.batch.drafts(), runs(0..3));
    together.fail(error);
    (ingest, script, clients)
}

#[tokio::test(start_paused = true)]
async fn a_retryable_or_unknown_error_goes_to_all_without_a_retry() {
    let backend = |retryable, write_outcome| StoreError::Backend {
        backend: "scripted",
        message: "m".to_owned(),
        retryable,
        write_outcome,
        source: None,
    };
    for error in [
        unavailable(WriteOutcome::NotApplied),
        unavailable(WriteOutcome::Unknown),
        backend(true, WriteOutcome::NotApplied),
        backend(false, WriteOutcome::Unknown),
    ] {
        let told = error.to_string();
        let (ingest, mut script, clients) = batch_of_three(error).await;
        let mut errors = Vec::new();
        for client in clients {
            errors.push(store_error(client.await));
        }
        assert_eq!(errors[0].to_string(), told);
        assert!(errors.iter().all(|error| Arc::ptr_eq(error, &errors[0])));
        settle(&ingest).await;
        script.assert_no_call();
        assert_idle(&ingest);
        assert_eq!(ingest.stats().counts.alone_retries, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_alone_is_not_appended_again() {
    let (ingest, mut script) = scripted(options());
    let client = submit(&ingest, &tenant("a"), runs(0..2));
    script.call().await.fail(refused());
    assert!(matches!(
        *store_error(client.await),
        StoreError::Inconsistent { .. }
    ));
    settle(&ingest).await;
    script.assert_no_call();
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn an_outage_while_the_parts_go_alone_ends_it_for_the_rest() {
    let (ingest, mut script, clients) = batch_of_three(refused()).await;
    script.call().await.store();
    let second = script.call().await;
    assert_eq!(second.batch.drafts(), runs(1..2));
    second.fail(unavailable(WriteOutcome::Unknown));
    let mut answers = Vec::new();
    for client in clients {
        answers.push(client.await);
    }
    let third = store_error(answers.pop().unwrap());
    let second = store_error(answers.pop().unwrap());
    assert!(Arc::ptr_eq(&second, &third));
    assert_eq!(outcomes(answers.pop().unwrap()), [Stored]);
    settle(&ingest).await;
    script.assert_no_call();
    assert_idle(&ingest);
    assert_eq!(ingest.stats().counts.alone_retries, 2);
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_panics_or_answers_too_little_leaves_no_one_waiting() {
    for dies in [true, false] {
        let (ingest, mut script) = scripted(options());
        let a = tenant("a");
        let client = submit(&ingest, &a, runs(0..2));
        let call = script.call().await;
        if dies {
            drop(call);
        } else {
            call.answer_outcomes(&[Stored]);
        }
        let error = store_error(client.await);
        assert_eq!(error.write_outcome(), WriteOutcome::Unknown);
        assert!(matches!(*error, StoreError::Backend { .. }));
        settle(&ingest).await;
        assert_idle(&ingest);
        let next = submit(&ingest, &a, runs(0..1));
        script.call().await.store();
        assert_eq!(outcomes(next.await), [Stored]);
    }
}
