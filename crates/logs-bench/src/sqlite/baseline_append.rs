//! The least that an append to SQLite can cost: one prepared insert of many rows, in a transaction.

use std::path::Path;

use async_trait::async_trait;
use logs_domain::{Cost, Timestamp, TokenCount};
use sqlx::query::Query;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Sqlite};

use crate::batch::{Batch, Row};
use crate::subject::Subject;

/// The statement without its rows.
const INSERT: &str = include_str!("../../baselines/sqlite_insert.sql");
/// One row of it.
const VALUES: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
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
    format!("{INSERT} {}", vec![VALUES; rows].join(", "))
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
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for row in rows {
                query = bind(query, batch, row);
            }
            let written = query.execute(&mut *transaction).await?.rows_affected();
            anyhow::ensure!(written == rows.len() as u64, "{written} rows were written");
        }
        Ok(transaction.commit().await?)
    }
}

fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    batch: &'q Batch,
    row: &'q Row,
) -> Query<'q, Sqlite, SqliteArguments> {
    let run = &row.run;
    query
        .bind(batch.tenant.as_str())
        .bind(batch.created_at.as_micros())
        .bind(row.id.as_bytes().as_slice())
        .bind(row.digest.as_bytes().as_slice())
        .bind(run.run_id.as_str())
        .bind(run.trace_id.as_ref().map(|id| id.as_str()))
        .bind(run.session_id.as_ref().map(|id| id.as_str()))
        .bind(run.provider.as_str())
        .bind(run.model.as_str())
        .bind(run.input_tokens.map(TokenCount::as_i64))
        .bind(run.output_tokens.map(TokenCount::as_i64))
        .bind(run.cost.map(Cost::nano_usd))
        .bind(run.execution_status.as_str())
        .bind(run.started_at.as_micros())
        .bind(run.completed_at.map(Timestamp::as_micros))
        .bind(run.source.as_str())
        .bind(run.is_synthetic)
        .bind(run.parent_run_id.as_ref().map(|id| id.as_str()))
        .bind(run.attributes.as_ref().map(|json| json.as_str()))
}
