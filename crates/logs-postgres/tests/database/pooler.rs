//! A pooler in between: refused as long as it mixes up what belongs to one connection, whatever the
//! settings of its sessions.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::{LogsReader, LogsWriter, OnConflict, RunId, StoreError, SystemClock};
use logs_postgres::{Access, Check, PostgresStore};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use test_postgres::{Database, Durability, Error, Pooler, Server};

use crate::records::{as_superuser, batch, tenant, volatile};
use crate::support::{self, APPLICATION};

/// What an operator may set for the role, so that sessions of the pooler have what the store sets.
const SETTINGS: &[&str] = &[
    "plan_cache_mode = force_generic_plan",
    "idle_in_transaction_session_timeout = '5s'",
    "statement_timeout = '10s'",
    "lock_timeout = '2s'",
    "search_path = pg_catalog, pg_temp",
];

async fn set(database: &Database, setting: &str) {
    let sql = format!(
        "ALTER ROLE {APPLICATION} IN DATABASE {} SET {setting}",
        database.name()
    );
    let mut superuser = as_superuser(database).await;
    let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser);
    ran.await.unwrap();
    // Sessions that the pooler holds are older than the setting.
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::raw_sql(end).execute(&mut superuser).await.unwrap();
}

async fn looked_at(url: &str) -> Check {
    let checks = PostgresStore::doctor(url, &SystemClock).await.unwrap();
    let check = checks.into_iter().find(|check| check.name == "pooler");
    check.unwrap()
}

/// Whether a store is refused through the pooler, for writing and for reading, and by the doctor, and
/// what all of them say.
async fn assert_refused(url: &str, says: &str) {
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = PostgresStore::connect_with(url, access, volatile()).await;
        let error = error.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
    let check = looked_at(url).await;
    assert!(!check.passed && check.found.contains(says), "{check:?}");
}

async fn connected(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn ask(connection: &mut PgConnection, sql: &'static str) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar(sql).fetch_one(connection).await
}

async fn run(connection: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

/// The answer to `SELECT 1` on a connection, after another one asked `SELECT 2`, by sessions that
/// were handed out the other way round.
async fn mixed_up(url: &str) -> Result<i32, sqlx::Error> {
    let (mut one, mut two) = (connected(url).await, connected(url).await);
    ask(&mut one, "SELECT 1").await?;
    run(&mut one, "BEGIN").await;
    // The session of the first is in use: this is the other one.
    ask(&mut two, "SELECT 2").await?;
    run(&mut one, "COMMIT").await;
    // The session that was given back last is handed out first.
    run(&mut two, "BEGIN").await;
    ask(&mut one, "SELECT 1").await
}

#[tokio::test]
async fn a_pooler_that_mixes_up_statements_is_refused_whatever_its_sessions_are_set_to() {
    if Server::is_given() {
        // Its files are not ours, and a pooler of ours may not reach it.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let pooler = match Pooler::start(&server, &[APPLICATION]) {
        Err(Error::NoPooler { reason }) => {
            println!("not tested with pgbouncer: {reason}");
            return;
        }
        pooler => pooler.unwrap(),
    };
    let direct = database.url_as(APPLICATION);
    let pooled = pooler.url(&database, APPLICATION);
    assert_refused(&pooled, "lacks the settings").await;
    for setting in SETTINGS {
        assert_refused(&pooled, "lacks the settings").await;
        set(&database, setting).await;
    }
    // The control: all that was looked at before is right, in each session.
    let before = "SELECT current_setting('plan_cache_mode') = 'force_generic_plan' \
         AND current_setting('idle_in_transaction_session_timeout') <> '0'";
    let mut session = connected(&pooled).await;
    let row = sqlx::raw_sql(before).fetch_one(&mut session).await;
    assert!(row.unwrap().get::<bool, _>(0));

    if pooler.version() < (1, 21) {
        // And the answers are wrong.
        assert_eq!(mixed_up(&pooled).await.unwrap(), 2);
        assert_refused(&pooled, "mixes up prepared statements").await;
    } else {
        assert_eq!(mixed_up(&pooled).await.unwrap(), 1);
        assert!(looked_at(&pooled).await.passed);
        appends_and_reads(&pooled, "pooled").await;
    }
    // A session with the mark of somebody else is not our own.
    set(&database, "logs.session = 'other'").await;
    assert_refused(&pooled, "belongs to another connection").await;
    assert!(looked_at(&direct).await.passed);
    appends_and_reads(&direct, "direct").await;
}

async fn appends_and_reads(url: &str, name: &str) {
    let store = PostgresStore::connect(url, volatile()).await.unwrap();
    store
        .append(&tenant(), &batch(name), OnConflict::RejectCall)
        .await
        .unwrap();
    let run = RunId::new(name).unwrap();
    let found = store.get_llm_run(&tenant(), &run).await;
    assert!(found.unwrap().is_some());
}
