//! What only this store does: months that come and go, its doctor, and stores for reading.

use logs_domain::{
    LogsReader, LogsWriter, OnConflict, PageRequest, RecordOutcome, RunId, StoreError,
    StoreLifecycle, StoreOptions, SystemClock, Timestamp, TraceFilter,
};
use logs_postgres::{Access, PostgresStore};
use test_postgres::{Durability, Server};

use crate::records::{At, as_superuser, at, batch, tenant};
use crate::support;

#[tokio::test]
async fn what_retention_dropped_is_gone_and_is_not_stored_again() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let old = PostgresStore::connect(&application, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    old.append(&tenant(), &batch("old"), OnConflict::RejectCall)
        .await
        .unwrap();
    let store = PostgresStore::connect(&application, at("2025-08-01T00:00:00Z"))
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("kept"), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(store.info().await.unwrap().kept_from, None);
    let dropping = "SELECT logs.drop_months_before(0::smallint, '2025-07-20', 1)";
    let dropped: i32 = sqlx::query_scalar(dropping)
        .fetch_one(&mut as_superuser(&database).await)
        .await
        .unwrap();
    assert_eq!(dropped, 8, "June of each table");
    let kept_from = Timestamp::parse_rfc3339("2025-07-01T00:00:00Z").unwrap();
    assert_eq!(store.info().await.unwrap().kept_from, Some(kept_from));

    let again = store
        .append(&tenant(), &batch("old"), OnConflict::RejectCall)
        .await;
    match again {
        Err(StoreError::Gone { records }) => assert_eq!(records.len(), 2),
        other => panic!("dropped records are gone, not {other:?}"),
    }
    let receipt = store
        .append(&tenant(), &batch("old"), OnConflict::SkipRecord)
        .await
        .unwrap();
    assert!(
        receipt
            .records
            .iter()
            .all(|record| record.outcome == RecordOutcome::Gone)
    );
    let receipt = store
        .append(&tenant(), &batch("kept"), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(receipt.count(RecordOutcome::AlreadyStored), 2);
    let traces = store
        .list_traces(&tenant(), &TraceFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(traces.items.len(), 1);
    assert!(
        store
            .get_llm_run(&tenant(), &RunId::new("old").unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_key_whose_record_is_missing_is_no_absent_record() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&application, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("r"), OnConflict::RejectCall)
        .await
        .unwrap();
    // Not as retention does it: nothing says from when on records are kept.
    let drop = "DROP TABLE logs.llm_run_0_202506";
    sqlx::raw_sql(drop)
        .execute(&mut as_superuser(&database).await)
        .await
        .unwrap();
    let found = store
        .get_llm_run(&tenant(), &RunId::new("r").unwrap())
        .await;
    assert!(
        matches!(found, Err(StoreError::Inconsistent { .. })),
        "{found:?}"
    );
    assert!(
        store
            .get_llm_run(&tenant(), &RunId::new("s").unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_doctor_finds_what_breaks_a_promise() {
    let durable = Server::start(Durability::On).unwrap();
    let database = support::installed(&durable).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let failed = async |url: &str| {
        let checks = PostgresStore::doctor(url, &SystemClock).await.unwrap();
        let failed = checks.iter().filter(|check| !check.passed);
        failed.map(|check| check.name).collect::<Vec<_>>()
    };
    let drop = "DO $$ DECLARE part regclass; BEGIN \
        FOR part IN SELECT inhrelid::regclass FROM pg_inherits \
            WHERE inhparent = 'logs.trace'::regclass \
        LOOP EXECUTE format('DROP TABLE %s', part); END LOOP; END; $$";
    let mut superuser = as_superuser(&database).await;
    sqlx::raw_sql(drop).execute(&mut superuser).await.unwrap();
    assert_eq!(
        failed(&application).await,
        ["partitions"],
        "this month has none"
    );
    let store = PostgresStore::connect(&application, StoreOptions::default())
        .await
        .unwrap();
    store.close().await.unwrap();
    assert!(failed(&application).await.is_empty());
    assert_eq!(
        failed(&database.url()).await,
        ["role"],
        "a superuser is too much"
    );

    let unguarded = "ALTER TABLE logs.trace DISABLE TRIGGER append_only";
    sqlx::raw_sql(unguarded)
        .execute(&mut superuser)
        .await
        .unwrap();
    assert_eq!(failed(&application).await, ["append-only"]);
    let off = PostgresStore::doctor(&application, &At("2001-01-01T00:00:00Z"))
        .await
        .unwrap();
    assert!(
        off.iter()
            .any(|check| check.name == "clock" && !check.passed)
    );

    let fast = Server::start(Durability::Off).unwrap();
    let database = support::installed(&fast).await.unwrap();
    if !Server::is_given() {
        // A given server is as durable as its operator made it.
        assert!(failed(&database.url()).await.contains(&"durability"));
    }
    let empty = fast.empty().unwrap();
    assert!(failed(&empty.url()).await.contains(&"schema"));
}

#[tokio::test]
async fn a_store_for_reading_reads_and_takes_nothing() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let options = || at("2025-06-15T00:00:00Z");
    let store = PostgresStore::connect(&application, options())
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("r"), OnConflict::RejectCall)
        .await
        .unwrap();
    let reader = PostgresStore::connect_with(&application, Access::ReadOnly, options())
        .await
        .unwrap();
    reader.ready().await.unwrap();
    assert!(
        reader
            .get_llm_run(&tenant(), &RunId::new("r").unwrap())
            .await
            .unwrap()
            .is_some()
    );
    let refused = reader
        .append(&tenant(), &batch("s"), OnConflict::RejectCall)
        .await;
    assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
    let wrong = PostgresStore::connect("postgres://u:secret@", options())
        .await
        .unwrap_err();
    assert!(
        !format!("{wrong:?} {wrong}").contains("secret"),
        "{wrong:?}"
    );
}
