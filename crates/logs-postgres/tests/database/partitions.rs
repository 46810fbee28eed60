//! Partitions: which are made, by whom, and what an append without its month says.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::{LogsReader, LogsWriter, OnConflict, RecordOutcome, RunId, WriteOutcome};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Durability, Server};

use crate::records::{as_superuser, at, batch, tenant, volatile};
use crate::support;

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

fn code(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code());
    code.unwrap_or_default().into_owned()
}

/// The months, such as `202506`, of the partitions of one table, in order.
async fn months(superuser: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT right(relname, 6) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid \
         WHERE inhparent = 'logs.trace'::regclass ORDER BY 1",
    )
    .fetch_all(superuser)
    .await
    .unwrap()
}

const NOW: &str = "SELECT array_agg(to_char(date_trunc('month', now() AT TIME ZONE 'UTC') \
     + ahead * interval '1 month', 'YYYYMM') ORDER BY ahead) FROM generate_series(0, 2) AS ahead";

#[tokio::test]
async fn a_program_makes_the_months_about_now_and_no_others() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let now: Vec<String> = sqlx::query_scalar(NOW)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    let mut program = PgConnection::connect(&database.url_as(support::APPLICATION))
        .await
        .unwrap();
    for _ in 0..3 {
        let made = sqlx::query_scalar("SELECT logs.ensure_partitions()");
        let made: i32 = made.fetch_one(&mut program).await.unwrap();
        assert_eq!(made, 0, "migrate has made them");
    }
    assert_eq!(months(&mut superuser).await, now);
    for refused in [
        "SELECT logs.ensure_partitions('2027-02-15 BC')",
        "SELECT logs.make_partitions('2027-02-15', 1)",
    ] {
        let error = execute(&mut program, refused).await.unwrap_err();
        let code = code(&error);
        assert!(matches!(code.as_str(), "42883" | "42501"), "{error}");
    }
    assert_eq!(months(&mut superuser).await, now);
}

#[tokio::test]
async fn the_owner_makes_months_of_a_range_and_what_is_none_is_refused() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let before = months(&mut superuser).await;
    for arguments in [
        "'2027-02-15 BC', 1",
        "'1969-12-31', 1",
        "'3000-01-01', 1",
        "'infinity', 1",
        "NULL, 1",
        "'2027-02-15', 0",
        "'2027-02-15', 25",
        "'2027-02-15', NULL",
    ] {
        let sql = format!("SELECT logs.make_partitions({arguments})");
        let error = execute(&mut superuser, &sql).await.unwrap_err();
        assert_eq!(code(&error), "22023", "{sql}: {error}");
    }
    assert_eq!(months(&mut superuser).await, before);
    let make = "SELECT logs.make_partitions('2025-11-30', 3)";
    execute(&mut superuser, make).await.unwrap();
    let after = months(&mut superuser).await;
    assert_eq!(after[..3], ["202511", "202512", "202601"]);
    let owners = "SELECT DISTINCT relowner::regrole::text FROM pg_class \
         WHERE relnamespace = 'logs'::regnamespace";
    let owners: Vec<String> = sqlx::query_scalar(owners)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    assert_eq!(owners, ["logs_owner"], "whoever called");
}

#[tokio::test]
async fn a_partition_that_is_missing_costs_no_record() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&application, volatile())
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("first"), OnConflict::RejectCall)
        .await
        .unwrap();
    // Partitions that the store knows go away under it.
    let drop = "DO $$ DECLARE part regclass; BEGIN \
        FOR part IN SELECT inhrelid::regclass FROM pg_inherits \
            WHERE inhparent IN ('logs.trace'::regclass, 'logs.llm_run'::regclass) \
        LOOP EXECUTE format('DROP TABLE %s', part); END LOOP; END; $$";
    let mut superuser = as_superuser(&database).await;
    execute(&mut superuser, drop).await.unwrap();
    let receipt = store
        .append(&tenant(), &batch("second"), OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(receipt.count(RecordOutcome::Stored), 2);
    assert!(
        store
            .get_llm_run(&tenant(), &RunId::new("second").unwrap())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_append_without_its_month_names_it_and_the_way_out() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    // By a clock that is years ahead.
    let store = PostgresStore::connect(&application, at("2131-03-05T00:00:00Z"))
        .await
        .unwrap();
    let append = async || {
        let batch = batch("r");
        store
            .append(&tenant(), &batch, OnConflict::RejectCall)
            .await
    };
    let error = append().await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("2131-03"), "{said}");
    assert!(!error.is_retryable());
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    let (_, way_out) = said.split_once("SELECT ").unwrap();
    let mut superuser = as_superuser(&database).await;
    execute(&mut superuser, &format!("SELECT {way_out}"))
        .await
        .unwrap();
    append().await.unwrap();
}

#[tokio::test]
async fn no_session_of_a_program_keeps_others_from_their_partitions() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let mut idle = PgConnection::connect(&application).await.unwrap();
    let keep = "BEGIN; SELECT logs.ensure_partitions(); \
         SELECT pg_advisory_lock(hashtext('logs.ensure_partitions'))";
    execute(&mut idle, keep).await.unwrap();
    PostgresStore::connect(&application, volatile())
        .await
        .unwrap();
    let make = "SELECT logs.make_partitions('2031-01-01', 1)";
    let mut superuser = as_superuser(&database).await;
    execute(&mut superuser, "SET lock_timeout = '2s'")
        .await
        .unwrap();
    execute(&mut superuser, make).await.unwrap();
    // The control: the lock is real, and takes a right that programs lack.
    let lock = "BEGIN; LOCK TABLE logs.retention_floor IN SHARE UPDATE EXCLUSIVE MODE";
    let mut program = PgConnection::connect(&application).await.unwrap();
    let error = execute(&mut program, lock).await.unwrap_err();
    assert_eq!(code(&error), "42501", "{error}");
    let mut holder = as_superuser(&database).await;
    execute(&mut holder, lock).await.unwrap();
    let make = "SELECT logs.make_partitions('2031-02-01', 1)";
    let error = execute(&mut superuser, make).await.unwrap_err();
    assert_eq!(code(&error), "55P03", "{error}");
}

#[tokio::test]
async fn a_table_with_the_name_of_a_partition_is_not_taken_for_one() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let detach = "ALTER TABLE logs.trace DETACH PARTITION logs.trace_0_%";
    let now: Vec<String> = sqlx::query_scalar(NOW)
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    execute(&mut superuser, &detach.replace('%', &now[0]))
        .await
        .unwrap();
    let application = database.url_as(support::APPLICATION);
    let error = PostgresStore::connect(&application, volatile()).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("name of a partition"), "{error}");
}

#[tokio::test]
async fn keys_that_are_none_of_a_batch_are_refused() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let mut program = PgConnection::connect(&application).await.unwrap();
    let id = "ARRAY[gen_random_uuid()]";
    let digest = "ARRAY[decode(repeat('00', 16), 'hex')]";
    let call = |arguments: &str| {
        let arguments = arguments.replace("ID", id).replace("DIGEST", digest);
        format!("SELECT * FROM logs.write_keys({arguments})")
    };
    execute(
        &mut program,
        &call("'acme', now(), ARRAY[1::smallint], ID, DIGEST, false"),
    )
    .await
    .unwrap();
    for arguments in [
        "NULL, now(), ARRAY[1::smallint], ID, DIGEST, false",
        "'', now(), ARRAY[1::smallint], ID, DIGEST, false",
        "repeat('x', 129), now(), ARRAY[1::smallint], ID, DIGEST, false",
        "'acme', NULL, ARRAY[1::smallint], ID, DIGEST, false",
        "'acme', 'infinity', ARRAY[1::smallint], ID, DIGEST, false",
        "'acme', '0044-03-15 BC', ARRAY[1::smallint], ID, DIGEST, false",
        "'acme', now(), ARRAY[1::smallint, 2::smallint], ID, DIGEST, false",
        "'acme', now(), ARRAY[1::smallint], ID || ID, DIGEST, false",
        "'acme', now(), ARRAY[1::smallint], ID, DIGEST || DIGEST, false",
        "'acme', now(), ARRAY[]::smallint[], ARRAY[]::uuid[], ARRAY[]::bytea[], false",
        "'acme', now(), ARRAY[ARRAY[1::smallint]], ID, DIGEST, false",
        "'acme', now(), array_fill(1::smallint, ARRAY[10001]), \
         array_fill(gen_random_uuid(), ARRAY[10001]), array_fill(''::bytea, ARRAY[10001]), false",
        "'acme', now(), ARRAY[1::smallint], ID, DIGEST, NULL",
    ] {
        let error = execute(&mut program, &call(arguments)).await.unwrap_err();
        assert_eq!(code(&error), "22023", "{arguments}: {error}");
    }
    for arguments in [
        "'acme', now(), ARRAY[9::smallint], ID, DIGEST, false",
        "'acme', now(), ARRAY[NULL::smallint], ID, DIGEST, false",
        "'acme', now(), ARRAY[1::smallint], ID, ARRAY[''::bytea], false",
    ] {
        let error = execute(&mut program, &call(arguments)).await.unwrap_err();
        let code = code(&error);
        assert!(
            matches!(code.as_str(), "23514" | "23502"),
            "{arguments}: {error}"
        );
    }
}
