//! What a caller is told of an append whose answer was lost, and roles that look harmless.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;

use logs_domain::{
    LogsReader, LogsWriter, OnConflict, RecordOutcome, RunId, StoreError, StoreOptions,
    SystemClock, WriteOutcome,
};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Database, Durability, Server};

use crate::proxy::{Fault, Proxy};
use crate::records::{as_superuser, at, batch, tenant, volatile};
use crate::support;

async fn execute(database: &Database, sql: &str) {
    let mut superuser = as_superuser(database).await;
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_stays_unknown_when_the_server_cannot_be_reached_again() {
    if Server::is_given() {
        // The proxy stands before the socket of a server of our own.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let direct = database.url_as(support::APPLICATION);
    let (_, folder) = direct.split_once("?host=").unwrap();
    let proxy = Proxy::before(Path::new(folder)).await.unwrap();
    let store = PostgresStore::connect(&proxy.url(&direct), at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    // The control: through the proxy an append is as any other.
    store
        .append(&tenant(), &batch("before"), OnConflict::RejectCall)
        .await
        .unwrap();
    proxy.set(Fault::LostCommit);
    let error = store
        .append(&tenant(), &batch("lost"), OnConflict::RejectCall)
        .await
        .unwrap_err();
    let direct = PostgresStore::connect(&direct, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    let found = direct
        .get_llm_run(&tenant(), &RunId::new("lost").unwrap())
        .await
        .unwrap();
    assert!(found.is_some(), "the server committed");
    assert_eq!(error.write_outcome(), WriteOutcome::Unknown, "{error}");
    assert!(error.is_retryable(), "{error}");
    let again = direct
        .append(&tenant(), &batch("lost"), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(again.count(RecordOutcome::AlreadyStored), 2);
}

#[tokio::test]
async fn a_role_that_commits_without_waiting_for_the_disk_is_refused() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    // The control: the server itself is durable.
    PostgresStore::connect(&url, StoreOptions::default())
        .await
        .unwrap();
    let off = format!(
        "ALTER ROLE {} IN DATABASE {} SET synchronous_commit = off",
        support::APPLICATION,
        database.name()
    );
    execute(&database, &off).await;
    let connected = PostgresStore::connect(&url, StoreOptions::default()).await;
    let error = connected.expect_err("a commit may be lost after it was acknowledged");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("synchronous_commit"), "{error}");
}

#[tokio::test]
async fn a_role_that_may_change_any_table_is_refused() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let name = database.name();
    for (number, right) in [
        "UPDATE ON logs.llm_run",
        "DELETE ON logs.audit_entry",
        "TRUNCATE ON logs.governance_run",
        "UPDATE ON logs.retention_floor",
        "UPDATE (model) ON logs.llm_run",
        "TRIGGER ON logs.trace_step",
    ]
    .into_iter()
    .enumerate()
    {
        let role = format!("{name}_{number}");
        let make =
            format!("CREATE ROLE {role} LOGIN IN ROLE logs_application; GRANT {right} TO {role}");
        execute(&database, &make).await;
        let connected = PostgresStore::connect(&database.url_as(&role), volatile()).await;
        let error = connected.expect_err(right);
        assert!(error.to_string().contains("may change records"), "{error}");
    }
}

#[tokio::test]
async fn the_doctor_says_no_of_a_role_that_may_read_and_not_insert() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let role = format!("{}_reading", database.name());
    let make = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA logs TO {role}; \
         GRANT SELECT ON ALL TABLES IN SCHEMA logs TO {role}"
    );
    execute(&database, &make).await;
    let checks = PostgresStore::doctor(&database.url_as(&role), &SystemClock)
        .await
        .unwrap();
    let check = checks.iter().find(|check| check.name == "role").unwrap();
    assert!(!check.passed, "{check:?}");
    assert!(check.found.contains("may not insert"), "{check:?}");
}

#[tokio::test]
async fn a_store_that_is_shown_for_debugging_hides_its_password() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    // Nobody is asked for it here.
    let url = url.replacen('@', ":hunter2@", 1);
    let store = PostgresStore::connect(&url, volatile()).await.unwrap();
    assert!(!format!("{store:?}").contains("hunter2"));
}
