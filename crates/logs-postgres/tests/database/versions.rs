//! Programs and schemas of different versions.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::{LogsWriter, OnConflict, StoreError, StoreLifecycle, SystemClock};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, batch, tenant, volatile};
use crate::support;

/// What each that looks at the schema says of it.
async fn refusals(database: &Database, store: &PostgresStore) -> [Result<(), StoreError>; 4] {
    let url = database.url();
    let application = database.url_as(support::APPLICATION);
    [
        PostgresStore::migrate(&url).await.map(drop),
        PostgresStore::schema_status(&url).await.map(drop),
        PostgresStore::connect(&application, volatile())
            .await
            .map(drop),
        store.ready().await,
    ]
}

async fn checked(database: &Database, name: &str) -> Option<(bool, String)> {
    let application = database.url_as(support::APPLICATION);
    let checks = PostgresStore::doctor(&application, &SystemClock)
        .await
        .unwrap();
    let check = checks.into_iter().find(|check| check.name == name);
    check.map(|check| (check.passed, check.found))
}

async fn schema_check(database: &Database) -> (bool, String) {
    checked(database, "schema").await.unwrap()
}

#[tokio::test]
async fn a_newer_schema_is_worked_with_when_it_says_that_it_serves_this_program() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let known = PostgresStore::schema_status(&database.url())
        .await
        .unwrap()
        .known;
    let application = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&application, volatile())
        .await
        .unwrap();
    let mut execute = async |sql: String| {
        let ran = sqlx::raw_sql(AssertSqlSafe(sql));
        ran.execute(&mut superuser).await.unwrap();
    };
    let (next, after) = (known + 1, known + 2);
    let newer = format!(
        "INSERT INTO logs.schema_migration (version, name, applied_at, serves_from) \
         VALUES ({next}, 'next', now(), {known}), ({after}, 'after', now(), {known})"
    );
    execute(newer).await;
    for accepted in refusals(&database, &store).await {
        accepted.unwrap();
    }
    let status = PostgresStore::schema_status(&database.url()).await.unwrap();
    assert_eq!((status.current, status.known), (after, known));
    assert!(status.pending.is_empty());
    store
        .append(&tenant(), &batch("r"), OnConflict::RejectCall)
        .await
        .unwrap();
    let (passed, found) = schema_check(&database).await;
    assert!(passed && found.contains("works with it"), "{found}");
    // What it is made of is for the doctor of its own version.
    let (passed, found) = checked(&database, "definitions").await.unwrap();
    assert!(passed && found.contains("not compared"), "{found}");
    assert_eq!(checked(&database, "tables").await, None);

    // The one before the newest does not say so, and what came after cannot take that back.
    let breaking = "UPDATE logs.schema_migration SET serves_from = version WHERE version =";
    execute(format!("{breaking} {next}")).await;
    for refused in refusals(&database, &store).await {
        assert!(
            matches!(refused, Err(StoreError::SchemaMismatch { .. })),
            "{refused:?}"
        );
    }
    let (passed, found) = schema_check(&database).await;
    assert!(!passed && found.contains("does not work"), "{found}");
}

#[tokio::test]
async fn an_older_schema_is_refused_until_it_is_migrated() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&application, volatile())
        .await
        .unwrap();
    let before = "DELETE FROM logs.schema_migration \
         WHERE version = (SELECT MAX(version) FROM logs.schema_migration)";
    sqlx::raw_sql(before)
        .execute(&mut as_superuser(&database).await)
        .await
        .unwrap();
    for refused in [
        PostgresStore::connect(&application, volatile())
            .await
            .map(drop),
        store.ready().await,
    ] {
        assert!(
            matches!(refused, Err(StoreError::SchemaMismatch { .. })),
            "{refused:?}"
        );
    }
    let status = PostgresStore::schema_status(&database.url()).await.unwrap();
    assert_eq!(
        (status.current + 1, status.pending.len()),
        (status.known, 1)
    );
    assert!(!schema_check(&database).await.0);
}
