//! Sessions: which servers and roles are taken, how transactions run whatever their defaults, and
//! what happens when there are none left.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use logs_contract::samples::run;
use logs_domain::{
    AppendBatch, LlmRunFilter, LogsReader, LogsWriter, OnConflict, PageRequest, RecordOutcome,
    StoreError, StoreLifecycle, StoreOptions, WriteOutcome,
};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Database, Durability, Server};

use crate::records::{At, as_superuser, at, batch, tenant, volatile};
use crate::support;

async fn execute(database: &Database, sql: &str) {
    let mut superuser = as_superuser(database).await;
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
}

fn reason(refused: Result<PostgresStore, StoreError>) -> String {
    let error = refused.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_role_that_may_change_records_is_refused() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let name = database.name();
    let roles = format!(
        "CREATE ROLE {name}_owning LOGIN IN ROLE logs_application, logs_owner; \
         CREATE ROLE {name}_updating LOGIN IN ROLE logs_application; \
         GRANT UPDATE ON logs.record_key TO {name}_updating; \
         CREATE ROLE {name}_deleting LOGIN IN ROLE logs_application; \
         GRANT DELETE ON logs.record_key TO {name}_deleting"
    );
    execute(&database, &roles).await;
    let urls =
        ["owning", "updating", "deleting"].map(|role| database.url_as(&format!("{name}_{role}")));
    for url in urls.iter().chain([&database.url()]) {
        let reason = reason(PostgresStore::connect(url, volatile()).await);
        assert!(reason.contains("may change records"), "{reason}");
    }
    let url = database.url_as(support::APPLICATION);
    PostgresStore::connect(&url, volatile()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_may_lose_what_it_acknowledged_is_refused() {
    if Server::is_given() {
        // A given server is as durable as its operator made it.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let reason = reason(PostgresStore::connect(&url, StoreOptions::default()).await);
    assert!(reason.contains("fsync"), "{reason}");
}

#[tokio::test]
async fn a_server_that_turns_volatile_under_an_open_store_acknowledges_nothing_more() {
    if Server::is_given() {
        // A given server is as durable as its operator made it.
        return;
    }
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let options = StoreOptions::default().clock(Arc::new(At("2025-06-15T00:00:00Z")));
    let store = PostgresStore::connect(&url, options).await.unwrap();
    let append = async |store: &PostgresStore, name: &str| {
        let (tenant, batch) = (tenant(), batch(name));
        let appended = store.append(&tenant, &batch, OnConflict::RejectCall).await;
        appended.map(|receipt| receipt.records[0].outcome)
    };
    let volatile_error = |error: &StoreError, outcome| {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        assert!(error.to_string().contains("synchronous_commit"), "{error}");
        assert_eq!(error.write_outcome(), outcome);
    };
    let stored = async || -> i64 {
        let keys = sqlx::query_scalar("SELECT COUNT(*) FROM logs.record_key");
        let mut superuser = as_superuser(&database).await;
        keys.fetch_one(&mut superuser).await.unwrap()
    };
    append(&store, "before").await.unwrap();

    // For new sessions of the role.
    let role = support::APPLICATION;
    execute(
        &database,
        &format!("ALTER ROLE {role} SET synchronous_commit = off"),
    )
    .await;
    append(&store, "held").await.unwrap();
    let end = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role}'"
    );
    execute(&database, &end).await;
    let before = stored().await;
    for _ in 0..2 {
        let error = append(&store, "refused").await.unwrap_err();
        volatile_error(&error, WriteOutcome::NotApplied);
    }
    assert_eq!(stored().await, before, "nothing is stored");
    let careless = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z")).await;
    append(&careless.unwrap(), "accepted").await.unwrap();
    execute(
        &database,
        &format!("ALTER ROLE {role} RESET synchronous_commit"),
    )
    .await;
    append(&store, "refused").await.unwrap();

    // For sessions that are held too, each in its own time.
    execute(&database, "ALTER SYSTEM SET synchronous_commit = off").await;
    execute(&database, "SELECT pg_reload_conf()").await;
    let mut number = 0;
    let error = loop {
        number += 1;
        assert!(number < 1_000, "the setting is not noticed");
        if let Err(error) = append(&store, &number.to_string()).await {
            break error;
        }
    };
    volatile_error(&error, WriteOutcome::Unknown);
    let error = append(&store, &number.to_string()).await.unwrap_err();
    volatile_error(&error, WriteOutcome::NotApplied);
    execute(&database, "ALTER SYSTEM RESET synchronous_commit").await;
    execute(&database, "SELECT pg_reload_conf()").await;
    while append(&store, &number.to_string()).await.is_err() {}
    assert_eq!(
        append(&store, &number.to_string()).await.unwrap(),
        RecordOutcome::AlreadyStored
    );
}

#[tokio::test]
async fn appends_are_read_committed_and_durable_whatever_the_role_defaults_to() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let checked = format!(
        "ALTER ROLE {} IN DATABASE {} SET default_transaction_isolation = 'serializable'; \
         CREATE FUNCTION public.checked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF current_setting('transaction_isolation') <> 'read committed' THEN \
                 RAISE 'it is %', current_setting('transaction_isolation'); \
             END IF; RETURN NULL; END; $$; \
         CREATE TRIGGER checked AFTER INSERT ON logs.record_key \
             FOR EACH STATEMENT EXECUTE FUNCTION public.checked()",
        support::APPLICATION,
        database.name()
    );
    execute(&database, &checked).await;
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("one"), OnConflict::RejectCall)
        .await
        .unwrap();
    let control = format!(
        "SET ROLE {}; BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO logs.record_key VALUES \
         ('acme', 1, gen_random_uuid(), 0, now(), decode(repeat('00', 16), 'hex'))",
        support::APPLICATION
    );
    let mut superuser = as_superuser(&database).await;
    let refused = sqlx::raw_sql(AssertSqlSafe(control))
        .execute(&mut superuser)
        .await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("it is serializable")
    );
}

#[tokio::test]
async fn sessions_that_read_neither_compile_nor_call_for_help() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    // What a session that reads is asked, in the place of a page.
    let asked = "CREATE OR REPLACE FUNCTION logs.oldest_append() RETURNS bigint LANGUAGE plpgsql \
         AS $$ BEGIN \
             IF current_setting('jit') <> 'off' \
                 OR current_setting('max_parallel_workers_per_gather') <> '0' THEN \
                 RAISE 'a page would be compiled, or started with workers'; \
             END IF; RETURN 0; END; $$";
    execute(&database, asked).await;
    let role = support::APPLICATION;
    let wanted = format!(
        "ALTER ROLE {role} IN DATABASE {} SET jit = on; \
         ALTER ROLE {role} IN DATABASE {} SET max_parallel_workers_per_gather = 4",
        database.name(),
        database.name()
    );
    execute(&database, &wanted).await;
    let store = PostgresStore::connect(&database.url_as(role), volatile())
        .await
        .unwrap();
    store.settled_before(&tenant()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_without_a_connection_are_pushed_back_within_a_second_or_so() {
    const CALLERS: usize = 200;
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    let store = Arc::new(store);
    let mut lock = as_superuser(&database).await;
    let held = "BEGIN; LOCK TABLE logs.record_key IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(held).execute(&mut lock).await.unwrap();
    let append = |name: String| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let begun = Instant::now();
            let run = AppendBatch::new(vec![run(&name).into()]).unwrap();
            let appended = store.append(&tenant(), &run, OnConflict::RejectCall).await;
            (appended, begun.elapsed())
        })
    };
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| append(number.to_string()))
        .collect();
    let mut waited_for_locks = 0;
    for caller in callers {
        let (appended, took) = caller.await.unwrap();
        let error = appended.unwrap_err();
        assert!(matches!(error, StoreError::Pushback { .. }), "{error}");
        assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
        // Those with a connection wait for the lock, 2 s each; the others for a connection.
        waited_for_locks += usize::from(took > Duration::from_millis(1_600));
    }
    assert!(waited_for_locks <= 8, "{waited_for_locks} callers hung");
    sqlx::raw_sql("ROLLBACK").execute(&mut lock).await.unwrap();
    for number in 0..CALLERS {
        append(number.to_string()).await.unwrap().0.unwrap();
    }
    let page = PageRequest::default();
    let runs = store
        .list_llm_runs(&tenant(), &LlmRunFilter::default(), &page)
        .await
        .unwrap();
    assert_eq!(runs.total, logs_domain::Total::Exact(CALLERS as u64));
}
