//! Usage.
//!
//! SQLite sorts the runs by their groups, with a thread beside it. The duration is one of the values that
//! it groups by: a count for each bucket would take half as long again.

use futures_util::TryStreamExt;
use logs_domain::{
    DURATION_BOUNDS_MICROS, LlmRunFilter, StoreResult, TenantId, TimeRange, Timestamp,
    UsageDimension, UsageQuery, UsageSummary,
};
use logs_sql::decode::StoredRow;
use logs_sql::filter;
use logs_sql::usage::{Groups, UsageRow};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::llm_run::{self, TABLE};
use crate::decode::Row;
use crate::list::push_id;
use crate::{SqliteStore, error};

/// How columns are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sums {
    /// SQLite refuses sums beyond 64 bits.
    Whole,
    /// The upper 32 bits and the lower ones, each by itself.
    Halves,
}

pub(crate) async fn summarize(
    store: &SqliteStore,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<UsageSummary> {
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    cache(&mut transaction, CACHE_KIB).await?;
    // Sums of whole columns fit nearly always, and take a quarter less time.
    let mut summary = summarize_by(&mut transaction, tenant, query, Sums::Whole).await?;
    if summary.is_none() {
        summary = summarize_by(&mut transaction, tenant, query, Sums::Halves).await?;
    }
    cache(&mut transaction, DEFAULT_CACHE_KIB).await?;
    transaction.rollback().await.map_err(error::read)?;
    summary.ok_or_else(error::overflow)
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

/// The summary, or `None` when a sum is beyond 64 bits.
async fn summarize_by(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
    sums: Sums,
) -> StoreResult<Option<UsageSummary>> {
    let mut groups = Groups::new(query);
    let mut statement = statement(tenant, query, sums);
    let mut rows = statement.build().fetch(connection);
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => groups.add(query, &Row::new(&row, TABLE))?,
            Ok(None) => return Ok(Some(groups.finish())),
            Err(error) if error::is_overflow(&error) => return Ok(None),
            Err(error) => return Err(error::read(error)),
        }
    }
}

fn statement(tenant: &TenantId, query: &UsageQuery, sums: Sums) -> QueryBuilder<Sqlite> {
    let mut statement = QueryBuilder::new("SELECT is_synthetic, ");
    push_bucket(&mut statement);
    statement.push(
        " AS bucket, COUNT(*) AS runs, COUNT(input_tokens + output_tokens) AS known_usage, \
         COUNT(cost_nano_usd) AS known_cost",
    );
    for column in ["input_tokens", "output_tokens", "cost_nano_usd"] {
        match sums {
            Sums::Whole => statement.push(format_args!(", SUM({column}) AS {column}")),
            Sums::Halves => statement.push(format_args!(
                ", SUM({column} >> 32) || ' ' || SUM({column} & 4294967295) AS {column}"
            )),
        };
    }
    for dimension in query.group_by.iter().copied() {
        let expression = expression(dimension);
        statement.push(format_args!(", {expression} AS \"{dimension}\""));
    }
    statement.push(" FROM llm_run");
    if let Some(index) = index(&query.filter) {
        statement.push(" INDEXED BY ").push(index);
    }
    statement
        .push(" WHERE tenant_id = ")
        .push_bind(tenant.as_str().to_owned());
    filter::llm_run::push(&mut statement, tenant, &query.filter, push_id);
    // The last condition has the words of the index.
    statement
        .push(
            " AND NOT EXISTS (SELECT 1 FROM llm_run AS child INDEXED BY llm_run_by_parent \
             WHERE child.tenant_id = ",
        )
        .push_bind(tenant.as_str().to_owned())
        .push(
            " AND child.parent_run_id = llm_run.run_id AND child.parent_run_id <> child.run_id) \
             GROUP BY ",
        );
    // Names first: they tell most runs apart at the first look.
    for dimension in query.group_by.iter().rev() {
        statement.push(format_args!("\"{dimension}\", "));
    }
    statement.push("bucket, is_synthetic");
    statement
}

/// Pushes the bucket of the duration, found by halving; null where the duration is unknown.
fn push_bucket(statement: &mut QueryBuilder<Sqlite>) {
    fn push_half(statement: &mut QueryBuilder<Sqlite>, first: usize, bounds: &[i64]) {
        let (below, above) = bounds.split_at(bounds.len() / 2);
        let Some((bound, above)) = above.split_first() else {
            statement.push(first);
            return;
        };
        statement.push(format_args!(
            "CASE WHEN completed_at - started_at <= {bound} THEN "
        ));
        push_half(statement, first, below);
        statement.push(" ELSE ");
        push_half(statement, first + below.len() + 1, above);
        statement.push(" END");
    }
    statement.push("CASE WHEN completed_at >= started_at THEN ");
    push_half(statement, 0, &DURATION_BOUNDS_MICROS);
    statement.push(" END");
}

/// What a dimension is in SQL. Periods are numbered from the first of all, so that division
/// rounds down.
fn expression(dimension: UsageDimension) -> String {
    let column = match dimension {
        UsageDimension::Day | UsageDimension::Hour => "started_at",
        UsageDimension::Model => "model",
        UsageDimension::Provider => "provider",
        UsageDimension::Status => "execution_status",
        UsageDimension::Source => "source",
        UsageDimension::Session => "session_id",
    };
    match dimension.period_micros() {
        None => column.to_owned(),
        Some(span) => format!("({column} - ({})) / {span}", Timestamp::MIN.as_micros()),
    }
}

/// The index that leads to the fewest runs beside those that are asked for; where none is named, the key
/// of the table does.
fn index(filter: &LlmRunFilter) -> Option<&'static str> {
    let is_narrow =
        filter.run_id.is_some() || filter.trace_id.is_some() || filter.session_id.is_some();
    if is_narrow {
        llm_run::index(filter)
    } else if filter.started != TimeRange::ALL {
        Some("llm_run_by_start")
    } else if filter.created != TimeRange::ALL {
        None
    } else {
        llm_run::index(filter).or(Some("llm_run_by_start"))
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
