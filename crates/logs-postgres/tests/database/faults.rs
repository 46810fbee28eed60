//! What goes wrong on servers: sessions that are ended, locks that are held. What was acknowledged is there once, and calls end in time.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use logs_contract::samples::{first, run, run_id};
use logs_domain::{
    AppendBatch, CountMode, LlmRunFilter, LogsReader, LogsWriter, OnConflict, RecordOutcome,
    StoreLifecycle, Total, WriteOutcome,
};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{alone, as_superuser, at, tenant};
use crate::support;

async fn connected(server: &Server) -> (Database, Arc<PostgresStore>) {
    let database = support::migrated(server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    (database, Arc::new(store))
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}

fn runs(names: impl Iterator<Item = String>) -> AppendBatch {
    AppendBatch::new(names.map(|name| run(&name).into()).collect()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_ended_lose_no_acknowledged_record_and_double_none() {
    const WRITERS: usize = 4;
    const BATCHES: usize = 25;
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let store = Arc::clone(&store);
        writers.push(tokio::spawn(async move {
            let mut failures = 0;
            for number in 0..BATCHES {
                let batch = runs((0..5).map(|place| format!("{writer} {number} {place}")));
                loop {
                    match store
                        .append(&tenant(), &batch, OnConflict::RejectCall)
                        .await
                    {
                        Ok(receipt) => {
                            let stored = receipt.count(RecordOutcome::Stored);
                            let already = receipt.count(RecordOutcome::AlreadyStored);
                            assert!(stored == 5 || already == 5, "whole batches: {receipt:?}");
                            break;
                        }
                        Err(error) => {
                            assert!(error.is_retryable(), "{error:?}");
                            failures += 1;
                        }
                    }
                }
            }
            failures
        }));
    }
    let killer = tokio::spawn({
        let done = Arc::clone(&done);
        let mut superuser = as_superuser(&database).await;
        async move {
            let mut ended: i64 = 0;
            while !done.load(Ordering::SeqCst) {
                let some: i64 = sqlx::query_scalar(
                    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE usename = 'logs_test_application' AND datname = current_database() \
                         AND state <> 'idle'",
                )
                .fetch_one(&mut superuser)
                .await
                .unwrap();
                ended += some;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            ended
        }
    });
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let ended = killer.await.unwrap();
    assert!(ended > 0, "sessions were ended in the middle of their work");
    let request = first(1).count(CountMode::Exact);
    let page = store
        .list_llm_runs(&tenant(), &LlmRunFilter::default(), &request)
        .await
        .unwrap();
    assert_eq!(page.total, Total::Exact((WRITERS * BATCHES * 5) as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_the_same_records_in_any_order_never_wait_for_each_other_in_a_ring() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    let mut writers = Vec::new();
    for writer in 0..16_usize {
        let store = Arc::clone(&store);
        writers.push(tokio::spawn(async move {
            let mut stored = 0;
            for round in 0..5 {
                let place = |number: usize| (number * (2 * writer + 1) + writer) % 64;
                let batch = runs((0..64).map(|number| format!("{round} {}", place(number))));
                stored += loop {
                    match store
                        .append(&tenant(), &batch, OnConflict::RejectCall)
                        .await
                    {
                        Ok(receipt) => break receipt.count(RecordOutcome::Stored),
                        // There are fewer connections than writers.
                        Err(error) => assert!(error.is_retryable(), "{error:?}"),
                    }
                };
            }
            stored
        }));
    }
    let mut stored = 0;
    for writer in writers {
        stored += writer.await.unwrap();
    }
    assert_eq!(stored, 5 * 64, "each record is stored by one writer");
    store.close().await.unwrap();
    let mut superuser = as_superuser(&database).await;
    // What sessions counted is told when they are gone.
    alone(&mut superuser).await;
    let deadlocks: i64 = sqlx::query_scalar(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    )
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(deadlocks, 0);
}

#[tokio::test]
async fn locks_that_others_hold_end_calls_in_time_and_leave_the_store_usable() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    let batch = runs(std::iter::once("r".to_owned()));
    store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await
        .unwrap();
    let mut other = as_superuser(&database).await;
    execute(
        &mut other,
        "BEGIN; LOCK TABLE logs.llm_run IN ACCESS EXCLUSIVE MODE",
    )
    .await;
    let started = Instant::now();
    let read = store
        .get_llm_run(&tenant(), &run_id("r"))
        .await
        .unwrap_err();
    assert!(read.is_retryable(), "{read:?}");
    let more = runs(std::iter::once("s".to_owned()));
    let written = store
        .append(&tenant(), &more, OnConflict::RejectCall)
        .await
        .unwrap_err();
    assert!(written.is_retryable(), "{written:?}");
    assert_eq!(written.write_outcome(), WriteOutcome::NotApplied);
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    execute(&mut other, "ROLLBACK").await;
    assert!(
        store
            .get_llm_run(&tenant(), &run_id("s"))
            .await
            .unwrap()
            .is_none()
    );
    let receipt = store
        .append(&tenant(), &more, OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(receipt.count(RecordOutcome::Stored), 1);
}
