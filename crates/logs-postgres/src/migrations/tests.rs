//! The runner, with steps of the tests behind the real ones.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

use super::{apply, current, lock};
use crate::PostgresStore;
use crate::schema::{STEPS, Step};

const fn step(name: &'static str, sql: &'static str) -> Step {
    Step {
        name,
        sql,
        serves_from: 1,
    }
}

/// An index on a table with partitions.
const BY_PROVIDER: Step = step(
    "0901_provider",
    "-- no-transaction\nCREATE INDEX CONCURRENTLY llm_run_by_provider \
     ON logs.llm_run (tenant_id, provider, created_at DESC, id DESC);",
);
/// An index on a table without.
const BY_TIME: Step = step(
    "0902_time",
    "-- no-transaction\nCREATE INDEX CONCURRENTLY record_key_by_time \
     ON logs.record_key (tenant_id, created_at);",
);
/// A step that takes long, in the middle.
const SLOW: Step = step(
    "0903_slow",
    "CREATE TABLE logs.slow (x integer); SELECT pg_sleep(60); CREATE TABLE logs.slower ()",
);

fn steps(more: &[Step]) -> Vec<Step> {
    STEPS.iter().chain(more).copied().collect()
}

/// Applies steps as a migrator does.
async fn migrate(url: String, steps: Vec<Step>) -> Result<Vec<String>, logs_domain::StoreError> {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    lock(&mut connection).await?;
    apply(&mut connection, &steps).await
}

async fn invalid(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT indexrelid::regclass::text FROM pg_index \
         JOIN pg_class ON pg_class.oid = indexrelid \
         WHERE relnamespace = 'logs'::regnamespace AND NOT indisvalid",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

async fn count(connection: &mut PgConnection, sql: &str) -> i64 {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// Waits until a session runs a statement that begins so, and ends it.
async fn end(connection: &mut PgConnection, statement: &str) {
    let sql = format!(
        "SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND state = 'active' AND query LIKE '{statement}%' \
             AND wait_event IS NOT NULL"
    );
    while count(connection, &sql).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn migrated(server: &Server) -> (Database, PgConnection) {
    let database = server.empty().unwrap();
    PostgresStore::migrate(&database.url()).await.unwrap();
    let superuser = PgConnection::connect(&database.url()).await.unwrap();
    (database, superuser)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrators_at_once_build_an_index_on_every_partition_once() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, mut superuser) = migrated(&server).await;
    let more = [BY_PROVIDER, BY_TIME];
    let migrators = [0, 1, 2].map(|_| tokio::spawn(migrate(database.url(), steps(&more))));
    let mut applied = Vec::new();
    for migrator in migrators {
        applied.extend(migrator.await.unwrap().unwrap());
    }
    assert_eq!(applied, [BY_PROVIDER.name, BY_TIME.name], "each step once");
    assert!(invalid(&mut superuser).await.is_empty());
    let partitions = "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'logs.llm_run'::regclass";
    let indexes =
        "SELECT COUNT(*) FROM pg_inherits WHERE inhparent = 'logs.llm_run_by_provider'::regclass";
    let partitions = count(&mut superuser, partitions).await;
    assert_eq!(count(&mut superuser, indexes).await, partitions);
    assert!(partitions >= 3);
    let doubled = "SELECT COUNT(*) FROM pg_indexes WHERE indexdef LIKE '%provider, created%'";
    assert_eq!(count(&mut superuser, doubled).await, partitions + 1);
    let owned = "SELECT COUNT(*) FROM pg_class WHERE relname LIKE '%by_provider%' \
                 AND relowner <> 'logs_owner'::regrole";
    assert_eq!(count(&mut superuser, owned).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_whose_migrator_was_killed_is_invalid_and_is_built_anew() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, mut superuser) = migrated(&server).await;
    for step in [BY_PROVIDER, BY_TIME] {
        // The building of an index waits for those who write while it begins.
        let table = if step == BY_TIME {
            "record_key"
        } else {
            "llm_run"
        };
        let mut writer = PgConnection::connect(&database.url()).await.unwrap();
        let write = format!("BEGIN; LOCK TABLE logs.{table} IN ROW EXCLUSIVE MODE");
        let write = sqlx::raw_sql(AssertSqlSafe(write));
        write.execute(&mut writer).await.unwrap();
        let migrator = tokio::spawn(migrate(database.url(), steps(&[step])));
        end(&mut superuser, "CREATE INDEX CONCURRENTLY").await;
        let error = migrator.await.unwrap().unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(invalid(&mut superuser).await.len(), 1, "{error}");
        let schema = current(&mut superuser).await.unwrap();
        assert_eq!(schema.version, STEPS.len() as u64, "it is not applied");
        writer.close().await.unwrap();
        let again = migrate(database.url(), steps(&[step])).await.unwrap();
        assert_eq!(again, [step.name]);
        assert!(invalid(&mut superuser).await.is_empty());
        let forget = "DELETE FROM logs.schema_migration WHERE name LIKE '09%'";
        sqlx::raw_sql(forget).execute(&mut superuser).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migrator_that_is_killed_in_a_step_leaves_nothing_of_it_and_no_lock() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, mut superuser) = migrated(&server).await;
    let migrator = tokio::spawn(migrate(database.url(), steps(&[BY_TIME, SLOW])));
    end(&mut superuser, "CREATE TABLE logs.slow").await;
    let error = migrator.await.unwrap().unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let left = "SELECT COUNT(*) FROM pg_class WHERE relname IN ('slow', 'slower')";
    assert_eq!(count(&mut superuser, left).await, 0);
    let quick = step("0903_slow", "CREATE TABLE logs.slow (x integer)");
    let again = migrate(database.url(), steps(&[BY_TIME, quick])).await;
    assert_eq!(again.unwrap(), [quick.name], "the step before it is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_waits_its_turn_for_a_table_that_others_use() {
    let server = Server::start(Durability::Off).unwrap();
    let (database, mut superuser) = migrated(&server).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE logs.trace IN ACCESS SHARE MODE")
        .execute(&mut superuser)
        .await
        .unwrap();
    let alter = step("0904_alter", "ALTER TABLE logs.trace ADD COLUMN y integer");
    let migrator = tokio::spawn(migrate(database.url(), steps(&[alter])));
    // Longer than one try waits for the lock.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(!migrator.is_finished());
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut superuser)
        .await
        .unwrap();
    assert_eq!(migrator.await.unwrap().unwrap(), [alter.name]);
}
