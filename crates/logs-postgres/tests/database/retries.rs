//! Callers who send the same more than once, who give up, and writers who were there first.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::time::Duration;

use logs_contract::samples::run;
use logs_domain::{
    AppendBatch, CountMode, LlmRunFilter, LogsReader, LogsWriter, OnConflict, PageRequest,
    RecordOutcome, StoreLifecycle, SystemClock, Total,
};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, tenant, volatile, volatile_with};
use crate::support;

async fn connected(server: &Server) -> (Database, Arc<PostgresStore>) {
    let database = support::migrated(server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, volatile()).await.unwrap();
    (database, Arc::new(store))
}

fn runs(name: &str, count: usize) -> AppendBatch {
    let runs = (0..count).map(|place| run(&format!("{name} {place}")).into());
    AppendBatch::new(runs.collect()).unwrap()
}

async fn total(store: &PostgresStore) -> Total {
    let page = PageRequest::default().count(CountMode::Exact);
    let filter = LlmRunFilter::default();
    let listed = store.list_llm_runs(&tenant(), &filter, &page).await;
    listed.unwrap().total
}

/// Appends until it succeeds, and tells how many records were stored.
async fn persistently(store: &PostgresStore, batch: &AppendBatch) -> usize {
    loop {
        match store.append(&tenant(), batch, OnConflict::RejectCall).await {
            Ok(receipt) => return receipt.count(RecordOutcome::Stored),
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_batch_sent_three_times_at_once_is_stored_once() {
    // Below and above the number of records from which they are copied.
    const BATCHES: usize = 60;
    let server = Server::start(Durability::Off).unwrap();
    let (_database, store) = connected(&server).await;
    let mut expected = 0;
    let mut senders = Vec::new();
    for number in 0..BATCHES {
        let size = 1 + number * 7 % 80;
        expected += size;
        for _ in 0..3 {
            let store = Arc::clone(&store);
            let batch = runs(&number.to_string(), size);
            senders.push(tokio::spawn(
                async move { persistently(&store, &batch).await },
            ));
        }
    }
    let mut stored = 0;
    for sender in senders {
        stored += sender.await.unwrap();
    }
    assert_eq!(stored, expected, "each record is stored by one sender");
    assert_eq!(total(&store).await, Total::Exact(expected as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_that_are_given_up_at_any_moment_cost_no_connection() {
    const ROUNDS: u64 = 120;
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    let (mut ended, mut given_up) = (0, 0);
    for number in 0..ROUNDS {
        let batch = runs(&number.to_string(), 50);
        let tenant = tenant();
        let append = store.append(&tenant, &batch, OnConflict::RejectCall);
        // It grows from nothing to far more than an append takes, also on a busy machine.
        let patience = Duration::from_micros(number.pow(3) / 10);
        match tokio::time::timeout(patience, append).await {
            Ok(appended) => ended += usize::from(appended.is_ok()),
            Err(_) => given_up += 1,
        }
    }
    assert!(ended > 0 && given_up > 10, "{ended} ended, {given_up} not");
    // All connections can be had at once, and hold nothing: what is sent again is whole.
    let again: Vec<_> = (0..ROUNDS)
        .map(|number| {
            let store = Arc::clone(&store);
            let batch = runs(&number.to_string(), 50);
            tokio::spawn(async move { persistently(&store, &batch).await })
        })
        .collect();
    for sender in again {
        let stored = sender.await.unwrap();
        assert!(stored == 0 || stored == 50, "{stored} of 50 were missing");
    }
    assert_eq!(total(&store).await, Total::Exact(ROUNDS * 50));
    let open: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND state LIKE 'idle in transaction%'",
    )
    .fetch_one(&mut as_superuser(&database).await)
    .await
    .unwrap();
    assert_eq!(open, 0, "transactions are left open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_second_waits_for_the_first_whether_rows_are_copied_or_not() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    for (number, (size, commits)) in [(1, true), (1, false), (100, true), (100, false)]
        .into_iter()
        .enumerate()
    {
        // The first writer has written, and keeps its transaction open: that of another store.
        let name = format!("n{number}");
        let batch = runs(&name, size);
        let other = support::migrated(&server).await.unwrap();
        let url = other.url_as(support::APPLICATION);
        let elsewhere = PostgresStore::connect(&url, volatile()).await.unwrap();
        persistently(&elsewhere, &batch).await;
        let keys: String = sqlx::query_scalar(
            "SELECT string_agg(format('(%L, %s, %L, %s, %L, %L)', \
                 tenant_id, kind, id, class, created_at, digest), ',') FROM logs.record_key",
        )
        .fetch_one(&mut as_superuser(&other).await)
        .await
        .unwrap();
        let mut first = as_superuser(&database).await;
        let written = format!("BEGIN; INSERT INTO logs.record_key VALUES {keys}");
        let written = sqlx::raw_sql(AssertSqlSafe(written));
        written.execute(&mut first).await.unwrap();
        let second = tokio::spawn({
            let (store, batch) = (Arc::clone(&store), batch.clone());
            async move {
                store
                    .append(&tenant(), &batch, OnConflict::RejectCall)
                    .await
            }
        });
        waiting(&database).await;
        assert!(!second.is_finished());
        let end = if commits { "COMMIT" } else { "ROLLBACK" };
        sqlx::raw_sql(end).execute(&mut first).await.unwrap();
        let receipt = second.await.unwrap().unwrap();
        let outcome = if commits {
            RecordOutcome::AlreadyStored
        } else {
            RecordOutcome::Stored
        };
        assert_eq!(receipt.count(outcome), size, "{size} {end}");
    }
}

/// Waits until a session waits for a lock.
async fn waiting(database: &Database) {
    let mut superuser = as_superuser(database).await;
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut superuser)
        .await
        .unwrap();
        if waiting > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_comes_late_is_after_the_time_that_was_told_as_settled() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, store) = connected(&server).await;
    // Another program of the same role, whose append is held up before it ends.
    let url = database.url_as(support::APPLICATION);
    let options = volatile_with(Arc::new(SystemClock));
    let late = PostgresStore::connect(&url, options).await.unwrap();
    persistently(&late, &runs("early", 1)).await;
    let mut lock = as_superuser(&database).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE logs.llm_run IN ACCESS EXCLUSIVE MODE")
        .execute(&mut lock)
        .await
        .unwrap();
    let append = tokio::spawn(async move {
        let batch = runs("late", 1);
        late.append(&tenant(), &batch, OnConflict::RejectCall).await
    });
    waiting(&database).await;
    let settled = store.settled_before(&tenant()).await.unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    let receipt = append.await.unwrap().unwrap();
    let created = receipt.records[0].created_at;
    assert!(created > settled, "{created} is settled before {settled}");
}
