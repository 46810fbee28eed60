//! Usage of SQLite.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{LogsStore, StoreOptions, TenantId, TimeRange};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::BACKEND;
use crate::arguments::Arguments;
use crate::data::Population;
use crate::meter::Meter;
use crate::reads::Bench;
use crate::samples::Samples;
use crate::usage::{Floor, WITHOUT, appends, fill, measure};

const FLOOR: &str = include_str!("../../baselines/sqlite_usage.sql");
const DROP: &str = "DROP INDEX llm_run_by_start; DROP INDEX llm_run_by_parent";

struct PlainSum(SqliteConnection);

#[async_trait]
impl Floor for PlainSum {
    async fn sum(&mut self, tenant: &TenantId, window: &TimeRange) -> anyhow::Result<u64> {
        let query = sqlx::query(FLOOR)
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
    let [ours, bare] = ["usage.db", "bare.db"].map(|name| folder.join(name));
    let open = async |file| SqliteStore::open(file, StoreOptions::default()).await;
    let store: Arc<dyn LogsStore> = Arc::new(open(&ours).await?);
    let without: Arc<dyn LogsStore> = Arc::new(open(&bare).await?);
    let mut schema = connection(&bare).await?;
    sqlx::raw_sql(DROP).execute(&mut schema).await?;
    schema.close().await?;
    let mut bench = Bench {
        backend: BACKEND,
        store: Arc::clone(&store),
        meter: Meter::default(),
        arguments,
        samples,
    };
    let times = fill(&*store, arguments.stored(), population).await?;
    let floor = Box::new(PlainSum(connection(&ours).await?));
    measure(&mut bench, floor, times).await?;
    fill(&*without, arguments.stored(), population).await?;
    let stores = [("store", store), (WITHOUT, without)];
    appends(&mut bench, &stores, population).await?;
    for (_, store) in stores {
        store.close().await?;
    }
    Ok(())
}
