//! Few rows: one statement with an array for each column.

use chrono::{DateTime, Utc};
use logs_domain::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;

use super::table::{Read, Row, Rows, Table};

/// Writes the rows; how many were written.
pub(super) async fn insert<D: Sync>(
    connection: &mut PgConnection,
    table: &Table<D>,
    rows: &Rows<'_, D>,
) -> Result<u64, sqlx::Error> {
    let mut query = sqlx::query_scalar(AssertSqlSafe(statement(table)))
        .bind(rows.tenant)
        .bind(rows.created_at.to_datetime())
        .bind(all(rows, |row| row.id));
    for column in table.columns {
        query = match column.read {
            Read::Text(read) => query.bind(all(rows, read)),
            Read::Integer(read) => query.bind(all(rows, read)),
            Read::Time(read) => query.bind(all(rows, |row| datetime(read(row)))),
            Read::Flag(read) => query.bind(all(rows, read)),
        };
    }
    // Returned rows are counted: a cluster reports another number of affected ones.
    let written: i64 = query.fetch_one(connection).await?;
    Ok(written.unsigned_abs())
}

fn all<'a, D, T>(rows: &Rows<'a, D>, read: impl Fn(&Row<'a, D>) -> T) -> Vec<T> {
    rows.rows.iter().map(read).collect()
}

fn datetime(time: Option<Timestamp>) -> Option<DateTime<Utc>> {
    time.map(Timestamp::to_datetime)
}

fn statement<D>(table: &Table<D>) -> String {
    let mut arrays = String::from("$3::uuid[]");
    for (place, column) in table.columns.iter().enumerate() {
        let array = match column.read {
            Read::Text(_) => "text[]",
            Read::Integer(_) => "bigint[]",
            Read::Time(_) => "timestamptz[]",
            Read::Flag(_) => "boolean[]",
        };
        arrays.push_str(&format!(", ${}::{array}", place + 4));
    }
    format!(
        "WITH written AS (INSERT INTO {} SELECT $1, 0, $2, new.* FROM UNNEST({arrays}) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
        table.target()
    )
}
