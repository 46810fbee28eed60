//! What one would write without this project: `INSERT … SELECT FROM UNNEST … ON CONFLICT DO NOTHING`
//! into one table with a key, through the same driver.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use logs_domain::{Cost, Timestamp, TokenCount};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use uuid::Uuid;

use super::test_server::Schema;
use crate::batch::{Batch, Row};
use crate::subject::Subject;

const TABLE: &str = include_str!("../../baselines/postgres_plain_table.sql");
const INSERT: &str = include_str!("../../baselines/postgres_plain_insert.sql");

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
        let written = sqlx::query(INSERT)
            .bind(batch.tenant.as_str())
            .bind(batch.created_at.to_datetime())
            .bind(all::<Uuid>(batch, |row| row.id.as_uuid()))
            .bind(all::<&[u8]>(batch, |row| row.digest.as_bytes()))
            .bind(all::<&str>(batch, |row| row.run.run_id.as_str()))
            .bind(all(batch, |row| {
                row.run.trace_id.as_ref().map(|id| id.as_str())
            }))
            .bind(all(batch, |row| {
                row.run.session_id.as_ref().map(|id| id.as_str())
            }))
            .bind(all::<&str>(batch, |row| row.run.provider.as_str()))
            .bind(all::<&str>(batch, |row| row.run.model.as_str()))
            .bind(all(batch, |row| {
                row.run.input_tokens.map(TokenCount::as_i64)
            }))
            .bind(all(batch, |row| {
                row.run.output_tokens.map(TokenCount::as_i64)
            }))
            .bind(all(batch, |row| row.run.cost.map(Cost::nano_usd)))
            .bind(all::<&str>(batch, |row| row.run.execution_status.as_str()))
            .bind(all::<DateTime<Utc>>(batch, |row| {
                row.run.started_at.to_datetime()
            }))
            .bind(all(batch, |row| {
                row.run.completed_at.map(Timestamp::to_datetime)
            }))
            .bind(all::<&str>(batch, |row| row.run.source.as_str()))
            .bind(all(batch, |row| row.run.is_synthetic))
            .bind(all(batch, |row| {
                row.run.parent_run_id.as_ref().map(|id| id.as_str())
            }))
            .bind(all(batch, |row| {
                row.run.attributes.as_ref().map(|json| json.as_str())
            }))
            .execute(&mut self.0)
            .await?
            .rows_affected();
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
