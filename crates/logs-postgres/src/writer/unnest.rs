//! Few rows: one statement with an array for each column.

use chrono::{DateTime, Utc};
use logs_domain::Timestamp;
use logs_domain::field::{Field, FieldWriter, Value, ValueType};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::table::{Rows, Source, Table, kept};

/// Writes the rows, and returns their number.
pub(super) async fn insert<S: Source + Sync>(
    connection: &mut PgConnection,
    table: &Table,
    rows: &Rows<'_, S>,
) -> Result<u64, sqlx::Error> {
    let ids: Vec<Uuid> = rows.rows.iter().map(|row| row.id).collect();
    let mut query = sqlx::query_scalar(AssertSqlSafe(statement(table)))
        .bind(rows.tenant)
        .bind(rows.created_at.to_datetime())
        .bind(ids);
    for array in arrays(table, rows) {
        query = match array {
            Array::Text(values) => query.bind(values),
            Array::Integer(values) => query.bind(values),
            Array::Time(values) => query.bind(values),
            Array::Flag(values) => query.bind(values),
        };
    }
    // It counts the returned rows, because a cluster reports another number of affected rows.
    let written: i64 = query.fetch_one(connection).await?;
    Ok(written.unsigned_abs())
}

/// The values of a column, one for each row.
enum Array<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Time(Vec<Option<DateTime<Utc>>>),
    Flag(Vec<Option<bool>>),
}

/// Sorts the values of rows by column.
struct ArrayColumns<'a> {
    arrays: Vec<Array<'a>>,
    next: usize,
    created_at: Timestamp,
}

fn arrays<'a, S: Source>(table: &Table, rows: &Rows<'a, S>) -> Vec<Array<'a>> {
    let capacity = rows.rows.len();
    let array = |column: &&'static Field| match column.value_type {
        // Ids have an array of their own, which is no column of a kind.
        ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json | ValueType::Id => {
            Array::Text(Vec::with_capacity(capacity))
        }
        ValueType::Integer { .. } => Array::Integer(Vec::with_capacity(capacity)),
        ValueType::Time => Array::Time(Vec::with_capacity(capacity)),
        ValueType::Flag => Array::Flag(Vec::with_capacity(capacity)),
    };
    let mut columns = ArrayColumns {
        arrays: table.columns.iter().map(array).collect(),
        next: 0,
        created_at: rows.created_at,
    };
    for row in &rows.rows {
        columns.next = 0;
        row.source.write(&mut columns);
    }
    columns.arrays
}

impl<'a> FieldWriter<'a> for ArrayColumns<'a> {
    fn write(&mut self, column: &'static Field, value: Option<Value<'a>>) {
        let value = kept(column, value, self.created_at);
        if matches!(value, Some(Value::Id(_))) {
            return;
        }
        match &mut self.arrays[self.next] {
            Array::Text(values) => values.push(match value {
                Some(Value::Text(text)) => Some(text),
                _ => None,
            }),
            Array::Integer(values) => values.push(match value {
                Some(Value::Integer(number)) => Some(number),
                _ => None,
            }),
            Array::Time(values) => values.push(match value {
                Some(Value::Time(time)) => Some(time.to_datetime()),
                _ => None,
            }),
            Array::Flag(values) => values.push(match value {
                Some(Value::Flag(flag)) => Some(flag),
                _ => None,
            }),
        }
        self.next += 1;
    }
}

fn statement(table: &Table) -> String {
    let mut arrays = String::from("$3::uuid[]");
    for (place, column) in table.columns.iter().enumerate() {
        let array = match column.value_type {
            ValueType::Id => "uuid[]",
            ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json => "text[]",
            ValueType::Integer { .. } => "bigint[]",
            ValueType::Time => "timestamptz[]",
            ValueType::Flag => "boolean[]",
        };
        arrays.push_str(&format!(", ${}::{array}", place + 4));
    }
    format!(
        "WITH written AS (INSERT INTO {} SELECT $1, 0, $2, new.* FROM UNNEST({arrays}) AS new \
         RETURNING 1) SELECT COUNT(*) FROM written",
        table.target()
    )
}
