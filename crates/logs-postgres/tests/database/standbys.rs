//! A synchronous standby that is waited for, and never comes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use logs_domain::{AppendReceipt, LogsWriter, OnConflict, RecordOutcome, StoreError, WriteOutcome};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, at, batch, tenant};
use crate::support;

async fn execute(superuser: &mut PgConnection, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(superuser).await.unwrap();
}

async fn set_standbys(superuser: &mut PgConnection, names: &str) {
    let set = format!("ALTER SYSTEM SET synchronous_standby_names = {names}");
    execute(superuser, &set).await;
    execute(superuser, "SELECT pg_reload_conf()").await;
}

/// Has the server wait for a standby that is not there.
async fn wait_for_a_ghost(database: &Database) {
    let mut superuser = as_superuser(database).await;
    set_standbys(&mut superuser, "'ghost'").await;
    // It takes the server a moment: until a commit of ours waits.
    let mut probe = as_superuser(database).await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut probe)
        .await
        .unwrap();
    let probing = tokio::spawn(async move {
        let message = "SELECT pg_logical_emit_message(true, 'probe', '')";
        while sqlx::raw_sql(message).execute(&mut probe).await.is_ok() {}
    });
    end_wait(&mut superuser, &format!("pid = {pid}"), End::Terminate).await;
    probing.await.unwrap();
}

/// How an operator ends a wait.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Cancel,
    Terminate,
}

/// Waits until a session waits for its standby, and ends that.
async fn end_wait(superuser: &mut PgConnection, session: &str, end: End) {
    let ended = match end {
        End::Cancel => "pg_cancel_backend(pid)",
        End::Terminate => "pg_terminate_backend(pid, 5000)",
    };
    let sql = format!(
        "SELECT COUNT({ended}) FROM pg_stat_activity WHERE datname = current_database() \
         AND wait_event = 'SyncRep' AND {session}"
    );
    loop {
        let sql = AssertSqlSafe(sql.clone());
        let ended: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut *superuser)
            .await
            .unwrap();
        if ended > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn append(store: &PostgresStore, name: &str) -> Result<AppendReceipt, StoreError> {
    let batch = batch(name);
    store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await
}

async fn outcomes(store: &PostgresStore, name: &str) -> [RecordOutcome; 2] {
    let receipt = append(store, name).await.unwrap();
    [0, 1].map(|place| receipt.records[place].outcome)
}

async fn connected(server: &Server) -> (Database, Arc<PostgresStore>) {
    let database = support::migrated(server).await.unwrap();
    // Whatever the role is told otherwise, warnings are.
    let quiet = format!(
        "ALTER ROLE {} SET client_min_messages = 'error'",
        support::APPLICATION
    );
    execute(&mut as_superuser(&database).await, &quiet).await;
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    (database, Arc::new(store))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_wait_for_a_standby_was_ended_is_not_acknowledged() {
    if Server::is_given() {
        // All commits on it would wait.
        return;
    }
    let server = Server::start(Durability::On).unwrap();
    let (database, store) = connected(&server).await;
    let mut superuser = as_superuser(&database).await;
    let session = format!("usename = '{}'", support::APPLICATION);
    let stored = [RecordOutcome::Stored; 2];
    assert_eq!(outcomes(&store, "before").await, stored);
    for (end, times) in [(End::Cancel, 1), (End::Terminate, 2)] {
        let name = format!("{end:?}");
        wait_for_a_ghost(&database).await;
        let waiting = tokio::spawn({
            let (store, name) = (Arc::clone(&store), name.clone());
            async move { append(&store, &name).await }
        });
        // After a lost connection it is tried once more, and waits again.
        for _ in 0..times {
            end_wait(&mut superuser, &session, end).await;
        }
        let error = waiting.await.unwrap().unwrap_err();
        assert!(error.is_retryable(), "{end:?}: {error}");
        assert_eq!(error.write_outcome(), WriteOutcome::Unknown, "{end:?}");
        if end == End::Cancel {
            assert!(error.to_string().contains("standby"), "{error}");
        }
        // It is there, and sent again it waits as long as nobody has confirmed it.
        let again = tokio::spawn({
            let (store, name) = (Arc::clone(&store), name.clone());
            async move { append(&store, &name).await }
        });
        end_wait(&mut superuser, &session, End::Cancel).await;
        let error = again.await.unwrap().unwrap_err();
        assert_eq!(error.write_outcome(), WriteOutcome::Unknown, "{end:?}");
        // Nobody is waited for any more.
        set_standbys(&mut superuser, "DEFAULT").await;
        let already = [RecordOutcome::AlreadyStored; 2];
        assert_eq!(outcomes(&store, &name).await, already, "{end:?}");
        assert_eq!(outcomes(&store, &format!("new {end:?}")).await, stored);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_no_standby_confirmed_is_not_acknowledged() {
    if Server::is_given() {
        // All commits on it would wait.
        return;
    }
    let server = Server::start(Durability::On).unwrap();
    let (database, store) = connected(&server).await;
    let mut superuser = as_superuser(&database).await;
    wait_for_a_ghost(&database).await;
    let unknown = |error: &StoreError| {
        assert!(matches!(error, StoreError::Timeout { .. }), "{error}");
        assert_eq!(error.write_outcome(), WriteOutcome::Unknown);
    };
    unknown(&append(&store, "one").await.unwrap_err());
    // The server still waits for its standby, and holds the keys.
    let error = append(&store, "one").await.unwrap_err();
    assert!(matches!(error, StoreError::Pushback { .. }), "{error}");
    // An operator ends that wait: what it had written is there now, and no more confirmed.
    let session = format!("usename = '{}'", support::APPLICATION);
    end_wait(&mut superuser, &session, End::Terminate).await;
    unknown(&append(&store, "one").await.unwrap_err());
    set_standbys(&mut superuser, "DEFAULT").await;
    // Nobody is waited for any more.
    let already = [RecordOutcome::AlreadyStored; 2];
    assert_eq!(outcomes(&store, "one").await, already);
}
