//! The least that an append to SQLite can cost: one prepared insert of many rows, in a transaction.

use std::path::Path;
use std::sync::LazyLock;

use async_trait::async_trait;
use logs_domain::field::{Field, FieldWriter, Fields, Value};
use sqlx::error::BoxDynError;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, Encode, Sqlite, Type};

use crate::batch::{Batch, Row};
use crate::columns::{self, COLUMNS};
use crate::subject::Subject;

/// The statement without its rows.
static INSERT: LazyLock<String> =
    LazyLock::new(|| columns::statement(include_str!("../../baselines/sqlite_insert.sql")));
/// Rows of one statement: the fastest of 1, 10, 50, 200 and 500.
const ROWS: usize = 500;

/// A held connection with the durability of the store.
pub(super) struct Bare {
    connection: SqliteConnection,
    full: String,
}

impl Bare {
    pub(super) const NAME: &'static str = "baseline: bare insert";

    pub(super) async fn open(file: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging();
        Ok(Self {
            connection: options.connect().await?,
            full: statement(ROWS),
        })
    }

    /// The version and the durability, as the connection has them.
    pub(super) async fn settings(&mut self) -> anyhow::Result<String> {
        let version: String = sqlx::query_scalar("SELECT sqlite_version()")
            .fetch_one(&mut self.connection)
            .await?;
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&mut self.connection)
            .await?;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&mut self.connection)
            .await?;
        Ok(format!(
            "{version}, journal_mode {journal}, synchronous {synchronous} (2 is FULL)"
        ))
    }
}

fn statement(rows: usize) -> String {
    // Tenant, record time, id and digest come first.
    let values = format!("({})", vec!["?"; 4 + COLUMNS.len()].join(", "));
    format!("{} {}", *INSERT, vec![values; rows].join(", "))
}

#[async_trait]
impl Subject for Bare {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for rows in batch.rows.chunks(ROWS) {
            let sql = if rows.len() == ROWS {
                self.full.clone()
            } else {
                statement(rows.len())
            };
            let arguments = arguments(batch, rows).map_err(anyhow::Error::from_boxed)?;
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
            let written = query.execute(&mut *transaction).await?.rows_affected();
            anyhow::ensure!(written == rows.len() as u64, "{written} rows were written");
        }
        Ok(transaction.commit().await?)
    }
}

/// The arguments of an insert; what cannot be bound is told when all are there.
struct Bound {
    arguments: SqliteArguments,
    outcome: Result<(), BoxDynError>,
}

impl Bound {
    fn add<'q, T: Encode<'q, Sqlite> + Type<Sqlite>>(&mut self, value: T) {
        let added = self.arguments.add(value);
        if self.outcome.is_ok() {
            self.outcome = added;
        }
    }
}

impl FieldWriter<'_> for Bound {
    fn write(&mut self, _: &'static Field, value: Option<Value<'_>>) {
        match value {
            Some(Value::Id(id)) => self.add(id.as_bytes().as_slice()),
            Some(Value::Text(text)) => self.add(text),
            Some(Value::Integer(number)) => self.add(number),
            Some(Value::Time(time)) => self.add(time.as_micros()),
            Some(Value::Flag(flag)) => self.add(flag),
            None => self.add(None::<i64>),
        }
    }
}

fn arguments(batch: &Batch, rows: &[Row]) -> Result<SqliteArguments, BoxDynError> {
    let mut bound = Bound {
        arguments: SqliteArguments::default(),
        outcome: Ok(()),
    };
    for row in rows {
        bound.add(batch.tenant.as_str());
        bound.add(batch.created_at.as_micros());
        bound.add(row.id.as_bytes().as_slice());
        bound.add(row.digest.as_bytes().as_slice());
        row.run.write_fields(&mut bound);
    }
    bound.outcome.map(|()| bound.arguments)
}
