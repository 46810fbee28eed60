//! Usage: the sums of slices of the window. They share a transaction, so all are of one state of the store.

mod slices;
mod statement;

use futures_util::TryStreamExt;
use logs_domain::{StoreResult, TenantId, Timestamp, UsageDimension, UsageQuery, UsageSummary};
use logs_sql::decode::StoredRow;
use logs_sql::usage::{Groups, UsageRow};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use self::statement::Width;
use super::llm_run::TABLE;
use crate::decode::Row;
use crate::{SqliteStore, error};

pub(crate) async fn summarize(
    store: &SqliteStore,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<UsageSummary> {
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    cache(&mut transaction, CACHE_KIB).await?;
    let summed = sum(&mut transaction, tenant, query).await;
    cache(&mut transaction, DEFAULT_CACHE_KIB).await?;
    transaction.rollback().await.map_err(error::read)?;
    Ok(summed?.finish())
}

/// The pages of the file that a sum keeps in memory: it asks for each run whether another names it as its
/// parent, and finds the answers in the same pages again and again.
const CACHE_KIB: u32 = 64 * 1024;
/// The pages that every other read keeps, which is the default of SQLite.
const DEFAULT_CACHE_KIB: u32 = 2_000;

async fn cache(connection: &mut SqliteConnection, kib: u32) -> StoreResult<()> {
    let pragma = AssertSqlSafe(format!("PRAGMA cache_size = -{kib}"));
    let set = sqlx::raw_sql(pragma).execute(connection).await;
    set.map(drop).map_err(error::read)
}

async fn sum(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<Groups> {
    let mut groups = Groups::new(query);
    for slice in slices::of(connection, tenant, query).await? {
        // Sums of whole columns fit nearly always, and take a quarter less time.
        let mut part = fetch(connection, tenant, &slice, Width::Whole).await?;
        if part.is_none() {
            part = fetch(connection, tenant, &slice, Width::Halves).await?;
        }
        groups.merge(part.ok_or_else(error::overflow)?)?;
    }
    Ok(groups)
}

/// The groups, or `None` when a sum is beyond 64 bits.
async fn fetch(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
    width: Width,
) -> StoreResult<Option<Groups>> {
    let mut groups = Groups::new(query);
    let mut statement = statement::sums(tenant, query, width);
    let mut rows = statement.build().fetch(connection);
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => groups.add(query, &Row::new(&row, TABLE))?,
            Ok(None) => return Ok(Some(groups)),
            Err(error) if error::is_overflow(&error) => return Ok(None),
            Err(error) => return Err(error::read(error)),
        }
    }
}

impl UsageRow for Row<'_> {
    fn sum(&self, column: &'static str) -> StoreResult<i128> {
        if let Ok(whole) = self.optional_integer(column) {
            return Ok(whole.unwrap_or(0).into());
        }
        let halves = self.optional_text(column)?;
        let halves = halves.and_then(|halves| halves.split_once(' '));
        let sum = halves.and_then(|(upper, lower)| {
            let upper: i128 = upper.parse().ok()?;
            let lower: i128 = lower.parse().ok()?;
            Some((upper << 32) + lower)
        });
        sum.ok_or_else(|| self.inconsistent(column))
    }

    fn start(&self, dimension: UsageDimension) -> StoreResult<Timestamp> {
        let number = self.optional_integer(dimension.as_str())?;
        let start = number.zip(dimension.period_micros());
        let start = start.and_then(|(number, span)| {
            let since_first = number.checked_mul(span)?;
            let micros = since_first.checked_add(Timestamp::MIN.as_micros())?;
            Timestamp::from_micros(micros).ok()
        });
        start.ok_or_else(|| self.inconsistent("started_at"))
    }
}
