//! Usage of PostgreSQL.

use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use logs_domain::{LogsStore, StoreOptions, TenantId, TimeRange, Timestamp};
use logs_postgres::PostgresStore;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use super::BACKEND;
use super::test_server::TestServer;
use crate::arguments::Arguments;
use crate::data::Population;
use crate::reads::Bench;
use crate::samples::Samples;
use crate::usage::{Baseline, CONTROL, OURS, WITHOUT, appends, fill, measure};

const BASELINE: &str = include_str!("../../baselines/postgres_usage.sql");
const DROP: &str = "DROP INDEX logs.llm_run_by_start; DROP INDEX logs.llm_run_by_parent";

struct PlainSum(PgConnection);

#[async_trait]
impl Baseline for PlainSum {
    async fn sum(&mut self, tenant: &TenantId, window: &TimeRange) -> anyhow::Result<u64> {
        let query = sqlx::query(BASELINE)
            .bind(tenant.as_str())
            .bind(window.from().map(|time| time.to_datetime()))
            .bind(window.to().map(|time| time.to_datetime()));
        let counted: i64 = query.fetch_one(&mut self.0).await?.try_get(0)?;
        Ok(counted.unsigned_abs())
    }
}

pub(super) async fn run(
    server: &TestServer,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let arms = [(OURS, ""), (WITHOUT, DROP), (CONTROL, DROP)];
    let (mut databases, mut stores) = (Vec::new(), Vec::new());
    for (name, change) in arms {
        let database = server.database().await?;
        database.prepare(change).await?;
        let store = PostgresStore::connect(&database.url, StoreOptions::default()).await?;
        stores.push((name, Arc::new(store) as Arc<dyn LogsStore>));
        databases.push(database);
    }
    let ours = databases.first().context("a database")?;
    let (_, store) = stores.first().context("a store")?;
    let mut bench = Bench {
        backend: BACKEND,
        store: Arc::clone(store),
        meter: server.meter().await?,
        arguments,
        samples,
    };
    let mut times = (Timestamp::MIN, Timestamp::MAX);
    // All are filled and looked through alike before anything is measured.
    for (_, store) in &stores {
        times = fill(&**store, arguments.stored(), population).await?;
    }
    for database in &databases {
        database.prepare("VACUUM ANALYZE").await?;
    }
    appends(&mut bench, &stores, population).await?;
    let mut held = PgConnection::connect(&ours.url).await?;
    sqlx::raw_sql("SET jit = off").execute(&mut held).await?;
    measure(&mut bench, Box::new(PlainSum(held)), times).await?;
    for (_, store) in stores {
        store.close().await?;
    }
    Ok(())
}
