//! Retention: what would be dropped is shown before, and nothing else is.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use sqlx::{AssertSqlSafe, PgConnection, Row};
use test_postgres::{Database, Durability, Server};

use crate::records::as_superuser;
use crate::support;

/// A database with the months of 2024 beside those about now.
async fn filled(server: &Server) -> Database {
    let database = support::installed(server).await.unwrap();
    let make = "SELECT logs.make_partitions('2024-01-01', 4)";
    sqlx::raw_sql(make)
        .execute(&mut as_superuser(&database).await)
        .await
        .unwrap();
    database
}

async fn drop_months(owner: &mut PgConnection, arguments: &str) -> Result<i32, String> {
    let sql = format!("SELECT logs.drop_months_before({arguments})");
    let dropped = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(owner)
        .await;
    dropped.map_err(|error| error.to_string())
}

async fn tables(superuser: &mut PgConnection) -> i64 {
    let tables = "SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
         AND relispartition AND relkind = 'r'";
    let tables = sqlx::query_scalar(tables).fetch_one(superuser).await;
    tables.unwrap()
}

async fn floor(superuser: &mut PgConnection) -> Option<String> {
    let floor = "SELECT (dropped_before AT TIME ZONE 'UTC')::date::text FROM logs.retention_floor";
    let floor = sqlx::query_scalar(floor).fetch_optional(superuser).await;
    floor.unwrap()
}

#[tokio::test]
async fn what_would_be_dropped_is_listed_and_nothing_else_goes() {
    let server = Server::start(Durability::Off).unwrap();
    let database = filled(&server).await;
    let mut superuser = as_superuser(&database).await;
    let mut owner = as_superuser(&database).await;
    sqlx::raw_sql("SET ROLE logs_owner; ANALYZE logs.trace_0_202401")
        .execute(&mut owner)
        .await
        .unwrap();
    let listed = "SELECT * FROM logs.months_before(0::smallint, '2024-03-31T23:00:00Z')";
    let listed = sqlx::query(listed).fetch_all(&mut owner).await.unwrap();
    assert_eq!(listed.len(), 2 * 8, "two months of each table");
    for row in &listed {
        let (name, bytes): (String, i64) = (row.get("partition"), row.get("bytes"));
        let month: chrono::NaiveDate = row.get("month");
        let suffix = month.format("_0_%Y%m").to_string();
        assert!(
            name.starts_with("logs.") && name.ends_with(&suffix),
            "{name}"
        );
        assert!(bytes > 0, "{name}");
        let rows: Option<i64> = row.get("estimated_rows");
        let is_known = name == "logs.trace_0_202401";
        assert_eq!(rows, is_known.then_some(0), "{name}");
    }
    let before = tables(&mut superuser).await;
    for (arguments, says) in [
        // Mistyped: the year, then the number.
        ("0::smallint, '2026-03-31', 2", "months end by then, not 2"),
        (
            "0::smallint, '2024-03-31', 3",
            "2 months end by then, not 3",
        ),
        ("0::smallint, '2034-03-31', 2", "31 days are kept"),
        ("0::smallint, now(), 4", "31 days are kept"),
        ("0::smallint, 'infinity', 4", "31 days are kept"),
        ("0::smallint, '2024-03-31', 0", "1 to 12 months"),
        ("0::smallint, '2024-03-31', 13", "1 to 12 months"),
        ("0::smallint, NULL, 1", "1 to 12 months"),
        ("7::smallint, '2024-03-31', 2", "0 months end by then"),
    ] {
        let said = drop_months(&mut owner, arguments).await.unwrap_err();
        assert!(said.contains(says), "{arguments}: {said}");
        assert_eq!(tables(&mut superuser).await, before, "{arguments}");
        assert_eq!(floor(&mut superuser).await, None, "{arguments}");
    }
    let dropped = drop_months(&mut owner, "0::smallint, '2024-03-31', 2").await;
    assert_eq!(dropped.unwrap(), 16);
    assert_eq!(tables(&mut superuser).await, before - 16);
    assert_eq!(floor(&mut superuser).await.unwrap(), "2024-03-01");
    let dropped = drop_months(&mut owner, "0::smallint, '2024-04-30', 1").await;
    assert_eq!(dropped.unwrap(), 8);
    assert_eq!(floor(&mut superuser).await.unwrap(), "2024-04-01");
}

#[tokio::test]
async fn a_lock_that_is_not_had_leaves_nothing_half_done_and_is_not_waited_for() {
    let server = Server::start(Durability::Off).unwrap();
    let database = filled(&server).await;
    let mut superuser = as_superuser(&database).await;
    let before = tables(&mut superuser).await;
    let mut reader = as_superuser(&database).await;
    // The last table that is locked: all others are by then.
    let read = "BEGIN; SELECT FROM logs.governance_run";
    sqlx::raw_sql(read).execute(&mut reader).await.unwrap();
    let said = drop_months(&mut superuser, "0::smallint, '2024-03-31', 2").await;
    let said = said.unwrap_err();
    assert!(said.contains("lock timeout"), "{said}");
    assert_eq!(tables(&mut superuser).await, before);
    assert_eq!(floor(&mut superuser).await, None);
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut reader)
        .await
        .unwrap();
    let dropped = drop_months(&mut superuser, "0::smallint, '2024-03-31', 2").await;
    assert_eq!(dropped.unwrap(), 16);
    let timeout: String = sqlx::query_scalar("SHOW lock_timeout")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    assert_eq!(timeout, "0", "the caller's own is as before");
}
