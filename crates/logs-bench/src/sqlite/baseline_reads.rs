//! The least that a read of SQLite can cost: prepared statements on a held connection, every column
//! decoded and no more.

use std::path::Path;
use std::sync::LazyLock;

use async_trait::async_trait;
use logs_domain::TenantId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::columns::statement;
use crate::reads::{Key, PAGE, Reading, decode};

static POINT: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/sqlite_point.sql")));
static FIRST: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/sqlite_page.sql")));

/// A held connection.
pub(super) struct BaselineReads(SqliteConnection);

impl BaselineReads {
    pub(super) async fn open(file: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new().filename(file);
        Ok(Self(options.disable_statement_logging().connect().await?))
    }
}

fn decoded(row: &SqliteRow) -> anyhow::Result<()> {
    decode!(row, i64, Vec<u8>);
    Ok(())
}

#[async_trait]
impl Reading for BaselineReads {
    fn name(&self) -> &'static str {
        "baseline: sqlx"
    }

    async fn point(&mut self, tenant: &TenantId, key: &Key) -> anyhow::Result<()> {
        let id = key.id.as_bytes().as_slice();
        let query = sqlx::query(AssertSqlSafe(POINT.as_str()))
            .bind(tenant.as_str())
            .bind(id);
        decoded(&query.fetch_one(&mut self.0).await?)
    }

    async fn first_page(&mut self, tenant: &TenantId) -> anyhow::Result<()> {
        let query = sqlx::query(AssertSqlSafe(FIRST.as_str()))
            .bind(tenant.as_str())
            .bind(i64::from(PAGE) + 1);
        let rows = query.fetch_all(&mut self.0).await?;
        anyhow::ensure!(rows.len() == PAGE as usize + 1, "a full page");
        rows.iter().try_for_each(decoded)
    }
}
