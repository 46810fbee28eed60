//! The least that a read of PostgreSQL can cost: prepared statements on a held connection, every
//! column decoded and no more. Through the driver of the store, and through another one.

use std::sync::LazyLock;

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use logs_domain::TenantId;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use uuid::Uuid;

use crate::columns::statement;
use crate::reads::{Key, PAGE, Reading, decode};

static POINT: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/postgres_point.sql")));
static FIRST: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/postgres_page.sql")));

/// How a page is planned, as in the sessions of the store.
const SETTINGS: [(&str, &str); 4] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_sort", "off"),
    ("jit", "off"),
    ("max_parallel_workers_per_gather", "0"),
];

/// A connection of the driver that the store uses.
pub(super) struct Sqlx(PgConnection);

impl Sqlx {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.options(SETTINGS);
        Ok(Self(options.disable_statement_logging().connect().await?))
    }
}

fn decoded(row: &PgRow) -> anyhow::Result<()> {
    decode!(row, DateTime<Utc>, Uuid);
    Ok(())
}

#[async_trait]
impl Reading for Sqlx {
    fn name(&self) -> &'static str {
        "baseline: sqlx"
    }

    async fn point(&mut self, tenant: &TenantId, key: &Key) -> anyhow::Result<()> {
        let query = sqlx::query(AssertSqlSafe(POINT.as_str()))
            .bind(tenant.as_str())
            .bind(key.id.as_uuid());
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

/// A connection of tokio-postgres, which writes several messages at once.
pub(super) struct TokioPostgres {
    client: tokio_postgres::Client,
    point: tokio_postgres::Statement,
    first: tokio_postgres::Statement,
}

impl TokioPostgres {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        // What the driver of the store understands as a folder of sockets is a host here.
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut config: tokio_postgres::Config = base.parse()?;
        if let Some(folder) = query.strip_prefix("host=") {
            let (user, database) = (
                config.get_user().context("a user")?.to_owned(),
                config.get_dbname().context("a database")?.to_owned(),
            );
            config = tokio_postgres::Config::new();
            config.user(user).dbname(database).host_path(folder);
        }
        let settings = SETTINGS.map(|(name, value)| format!("-c {name}={value}"));
        config.options(settings.join(" "));
        let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(Self {
            point: client.prepare(&POINT).await?,
            first: client.prepare(&FIRST).await?,
            client,
        })
    }
}

#[async_trait]
impl Reading for TokioPostgres {
    fn name(&self) -> &'static str {
        "baseline: tokio-postgres"
    }

    async fn point(&mut self, tenant: &TenantId, key: &Key) -> anyhow::Result<()> {
        let id = key.id.as_uuid();
        let row = self
            .client
            .query_one(&self.point, &[&tenant.as_str(), &id])
            .await?;
        decode!(row, DateTime<Utc>, Uuid);
        Ok(())
    }

    async fn first_page(&mut self, tenant: &TenantId) -> anyhow::Result<()> {
        let limit = i64::from(PAGE) + 1;
        let rows = self
            .client
            .query(&self.first, &[&tenant.as_str(), &limit])
            .await?;
        anyhow::ensure!(rows.len() == PAGE as usize + 1, "a full page");
        for row in &rows {
            decode!(row, DateTime<Utc>, Uuid);
        }
        Ok(())
    }
}
