//! Usage of SQLite.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use logs_domain::{LogsStore, StoreOptions, TenantId, TimeRange, Timestamp};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::BACKEND;
use crate::arguments::Arguments;
use crate::data::Population;
use crate::meter::Meter;
use crate::reads::Bench;
use crate::samples::Samples;
use crate::usage::{Baseline, CONTROL, OURS, WITHOUT, appends, fill, measure};

const BASELINE: &str = include_str!("../../baselines/sqlite_usage.sql");
const DROP: &str = "DROP INDEX llm_run_by_start; DROP INDEX llm_run_by_parent";

struct PlainSum(SqliteConnection);

#[async_trait]
impl Baseline for PlainSum {
    async fn sum(&mut self, tenant: &TenantId, window: &TimeRange) -> anyhow::Result<u64> {
        let query = sqlx::query(BASELINE)
            .bind(tenant.as_str())
            .bind(window.from().map(|time| time.as_micros()))
            .bind(window.to().map(|time| time.as_micros()));
        let counted: i64 = query.fetch_one(&mut self.0).await?.try_get(0)?;
        Ok(counted.unsigned_abs())
    }
}

async fn connection(file: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(file);
    Ok(options.disable_statement_logging().connect().await?)
}

pub(super) async fn run(
    folder: &Path,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let arms = [
        (OURS, "usage.db"),
        (WITHOUT, "bare.db"),
        (CONTROL, "again.db"),
    ];
    let mut stores = Vec::new();
    let mut times = (Timestamp::MIN, Timestamp::MAX);
    // All are filled before anything is measured.
    for (name, file) in arms {
        let file = folder.join(file);
        let store: Arc<dyn LogsStore> =
            Arc::new(SqliteStore::open(&file, StoreOptions::default()).await?);
        if name != OURS {
            let mut schema = connection(&file).await?;
            sqlx::raw_sql(DROP).execute(&mut schema).await?;
            schema.close().await?;
        }
        times = fill(&*store, arguments.stored(), population).await?;
        stores.push((name, store));
    }
    let (_, store) = stores.first().context("a store")?;
    let mut bench = Bench {
        backend: BACKEND,
        store: Arc::clone(store),
        meter: Meter::default(),
        arguments,
        samples,
    };
    appends(&mut bench, &stores, population).await?;
    let baseline = Box::new(PlainSum(connection(&folder.join("usage.db")).await?));
    measure(&mut bench, baseline, times).await?;
    for (_, store) in stores {
        store.close().await?;
    }
    Ok(())
}
