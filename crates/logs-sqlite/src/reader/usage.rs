//! Usage: the sums of slices of the window, on two connections if there are two.

mod slices;
mod statement;

use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
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
    let mut first = store.readers.begin().await.map_err(error::read)?;
    let last = last(&mut first).await?;
    let slices = slices::of(&mut first, tenant, query).await?;
    let second = match slices.len() {
        1 => None,
        _ => store.readers.try_begin().await.map_err(error::read)?,
    };
    let mut transactions: Vec<_> = [Some(first), second].into_iter().flatten().collect();
    let sharers = transactions.len();
    let parts = transactions
        .iter_mut()
        .enumerate()
        .map(|(number, connection)| {
            let slices = slices.iter().skip(number).step_by(sharers);
            sum(connection, tenant, query, slices, last)
        });
    let parts = try_join_all(parts).await;
    for transaction in transactions {
        transaction.rollback().await.map_err(error::read)?;
    }
    let mut groups = Groups::new(query);
    for part in parts? {
        groups.merge(part)?;
    }
    Ok(groups.finish())
}

/// The number of the newest row. Rows never change, so the rows up to a number are one state of the table,
/// for the connection that begins later too.
async fn last(connection: &mut SqliteConnection) -> StoreResult<i64> {
    let last = sqlx::query_scalar("SELECT COALESCE(MAX(rowid), 0) FROM llm_run");
    last.fetch_one(connection).await.map_err(error::read)
}

/// The pages of the file that a sum keeps in memory: it asks for each run whether another names it as its
/// parent, and finds the answers in the same pages again and again.
const CACHE_KIB: u32 = 64 * 1024;
/// The pages that every other read keeps, which is the default of SQLite.
const DEFAULT_CACHE_KIB: u32 = 2_000;

/// Sums up some of the slices of a query.
async fn sum(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
    slices: impl Iterator<Item = &UsageQuery>,
    last: i64,
) -> StoreResult<Groups> {
    cache(connection, CACHE_KIB).await?;
    let mut groups = Groups::new(query);
    let mut summed = Ok(());
    for slice in slices {
        summed = match sum_slice(connection, tenant, slice, last).await {
            Ok(part) => groups.merge(part),
            Err(error) => Err(error),
        };
        if summed.is_err() {
            break;
        }
    }
    cache(connection, DEFAULT_CACHE_KIB).await?;
    summed.map(|()| groups)
}

async fn cache(connection: &mut SqliteConnection, kib: u32) -> StoreResult<()> {
    let pragma = AssertSqlSafe(format!("PRAGMA cache_size = -{kib}"));
    let set = sqlx::raw_sql(pragma).execute(connection).await;
    set.map(drop).map_err(error::read)
}

async fn sum_slice(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    slice: &UsageQuery,
    last: i64,
) -> StoreResult<Groups> {
    // Sums of whole columns fit nearly always, and take a quarter less time.
    for width in [Width::Whole, Width::Halves] {
        if let Some(groups) = fetch(connection, tenant, slice, width, last).await? {
            return Ok(groups);
        }
    }
    Err(error::overflow())
}

/// The groups, or `None` when a sum is beyond 64 bits.
async fn fetch(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
    width: Width,
    last: i64,
) -> StoreResult<Option<Groups>> {
    let mut groups = Groups::new(query);
    let mut statement = statement::sums(tenant, query, width, last);
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
