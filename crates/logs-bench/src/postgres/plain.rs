//! What one would write without this project: `INSERT … SELECT FROM UNNEST … ON CONFLICT DO NOTHING`
//! into one table with a key, through the same driver.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use logs_domain::field::{Field, FieldWriter, Fields, Value, ValueType};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use uuid::Uuid;

use super::test_server::Schema;
use crate::batch::{Batch, Row};
use crate::columns::{COLUMNS, statement};
use crate::subject::Subject;

const TABLE: &str = include_str!("../../baselines/postgres_plain_table.sql");
static INSERT: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/postgres_plain_insert.sql")));

/// A held connection.
pub(super) struct Plain(PgConnection);

impl Plain {
    pub(super) const NAME: &'static str = "baseline: plain insert";

    pub(super) async fn open(schema: &Schema) -> anyhow::Result<Self> {
        schema.prepare(TABLE).await?;
        let options: PgConnectOptions = schema.url.parse()?;
        Ok(Self(options.disable_statement_logging().connect().await?))
    }
}

#[async_trait]
impl Subject for Plain {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        let columns = Columns::of(batch);
        let mut query = sqlx::query(AssertSqlSafe(INSERT.as_str()))
            .bind(batch.tenant.as_str())
            .bind(batch.created_at.to_datetime())
            .bind(all::<Uuid>(batch, |row| row.id.as_uuid()))
            .bind(all::<&[u8]>(batch, |row| row.digest.as_bytes()));
        for array in columns.arrays {
            query = match array {
                Array::Text(values) => query.bind(values),
                Array::Integer(values) => query.bind(values),
                Array::Time(values) => query.bind(values),
                Array::Flag(values) => query.bind(values),
            };
        }
        let written = query.execute(&mut self.0).await?.rows_affected();
        anyhow::ensure!(
            written == batch.rows.len() as u64,
            "{written} rows were written"
        );
        Ok(())
    }
}

fn all<'a, T>(batch: &'a Batch, read: impl Fn(&'a Row) -> T) -> Vec<T> {
    batch.rows.iter().map(read).collect()
}

/// The values of a column, one for each row.
enum Array<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Time(Vec<Option<DateTime<Utc>>>),
    Flag(Vec<Option<bool>>),
}

/// The values of a batch by column.
struct Columns<'a> {
    arrays: Vec<Array<'a>>,
    next: usize,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a Batch) -> Self {
        let capacity = batch.rows.len();
        let array = |field: &&'static Field| match field.value_type {
            ValueType::Id | ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json => {
                Array::Text(Vec::with_capacity(capacity))
            }
            ValueType::Integer { .. } => Array::Integer(Vec::with_capacity(capacity)),
            ValueType::Time => Array::Time(Vec::with_capacity(capacity)),
            ValueType::Flag => Array::Flag(Vec::with_capacity(capacity)),
        };
        let mut columns = Self {
            arrays: COLUMNS.iter().map(array).collect(),
            next: 0,
        };
        for row in &batch.rows {
            columns.next = 0;
            row.run.write_fields(&mut columns);
        }
        columns
    }
}

impl<'a> FieldWriter<'a> for Columns<'a> {
    fn write(&mut self, _: &'static Field, value: Option<Value<'a>>) {
        match (&mut self.arrays[self.next], value) {
            (Array::Text(values), Some(Value::Text(text))) => values.push(Some(text)),
            (Array::Integer(values), Some(Value::Integer(number))) => values.push(Some(number)),
            (Array::Time(values), Some(Value::Time(time))) => values.push(Some(time.to_datetime())),
            (Array::Flag(values), Some(Value::Flag(flag))) => values.push(Some(flag)),
            (Array::Text(values), _) => values.push(None),
            (Array::Integer(values), _) => values.push(None),
            (Array::Time(values), _) => values.push(None),
            (Array::Flag(values), _) => values.push(None),
        }
        self.next += 1;
    }
}
