//! Usage.
//!
//! The duration is one of the values that the server groups by: a count for each bucket would be evaluated for
//! each run.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use logs_domain::{
    DURATION_BOUNDS_MICROS, RecordKind, StoreResult, TenantId, Timestamp, UsageDimension,
    UsageQuery, UsageSummary,
};
use logs_sql::decode::StoredRow;
use logs_sql::filter;
use logs_sql::usage::{Groups, UsageRow};
use sqlx::postgres::Postgres;
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::decode::Row;
use crate::execute::{ReadTransaction, within};
use crate::list::push_key;
use crate::timeouts::{SUM, SUM_STATEMENT};
use crate::{PostgresStore, error, pg_time};

/// How many workers may help.
const HELPERS: u32 = 2;

pub(crate) async fn summarize(
    store: &PostgresStore,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<UsageSummary> {
    let mut statement = statement(tenant, query);
    // How many runs are in a window is known from the window itself alone, so that each is planned anew.
    let begin = format!(
        "BEGIN READ ONLY; SET LOCAL enable_sort = on; SET LOCAL plan_cache_mode = force_custom_plan; \
         SET LOCAL max_parallel_workers_per_gather = {HELPERS}; \
         SET LOCAL statement_timeout = {}",
        SUM_STATEMENT.as_millis()
    );
    within(SUM, async {
        let mut reading = ReadTransaction::begin_with(store, AssertSqlSafe(begin)).await?;
        let mut groups = Groups::new(query);
        let mut rows = statement.build().fetch(reading.connection());
        while let Some(row) = rows.try_next().await.map_err(error::read)? {
            groups.add(query, &Row::new(&row, "llm_run"))?;
        }
        drop(rows);
        reading.end().await?;
        Ok(groups.finish())
    })
    .await
}

fn statement(tenant: &TenantId, query: &UsageQuery) -> QueryBuilder<Postgres> {
    let mut statement = QueryBuilder::new("SELECT is_synthetic::int::int8 AS is_synthetic, ");
    push_bucket(&mut statement);
    statement.push(
        " AS bucket, COUNT(*) AS runs, COUNT(input_tokens + output_tokens) AS known_usage, \
         COUNT(cost_nano_usd) AS known_cost",
    );
    for column in ["input_tokens", "output_tokens", "cost_nano_usd"] {
        statement.push(format_args!(", SUM({column})::text AS {column}"));
    }
    for dimension in query.group_by.iter().copied() {
        let expression = expression(dimension);
        statement.push(format_args!(", {expression} AS \"{dimension}\""));
    }
    statement
        .push(" FROM logs.llm_run AS run WHERE class = 0 AND tenant_id = ")
        .push_bind(tenant.to_string());
    filter::llm_run::push(&mut statement, tenant, &query.filter, |statement, id| {
        push_key(statement, tenant, RecordKind::LlmRun, id);
    });
    // The last condition has the words of the index.
    statement
        .push(
            " AND NOT EXISTS (SELECT FROM logs.llm_run AS child \
             WHERE child.class = 0 AND child.tenant_id = ",
        )
        .push_bind(tenant.to_string())
        .push(
            " AND child.parent_run_id = run.run_id AND child.parent_run_id <> child.run_id) \
             GROUP BY 1, 2",
        );
    for place in 0..query.group_by.len() {
        statement.push(format_args!(", {}", FIRST_DIMENSION + place));
    }
    statement
}

/// The number of the column of the first dimension.
const FIRST_DIMENSION: usize = 9;

/// Pushes the bucket of the duration; null where the duration is unknown.
fn push_bucket(statement: &mut QueryBuilder<Postgres>) {
    let mut bounds = String::new();
    for bound in DURATION_BOUNDS_MICROS {
        let comma = if bounds.is_empty() { "" } else { "," };
        let _ = write!(bounds, "{comma}{bound} us");
    }
    // It counts the bounds at or below a value. A bound belongs to the bucket that it ends, and times are
    // whole microseconds.
    statement.push(format_args!(
        "CASE WHEN completed_at >= started_at THEN width_bucket(\
         completed_at - started_at - interval '1 us', '{{{bounds}}}'::interval[])::int8 END"
    ));
}

/// What a dimension is in SQL.
fn expression(dimension: UsageDimension) -> &'static str {
    match dimension {
        UsageDimension::Day => "date_bin('1 day', started_at, '0001-01-01T00:00:00Z')",
        UsageDimension::Hour => "date_bin('1 hour', started_at, '0001-01-01T00:00:00Z')",
        UsageDimension::Model => "model",
        UsageDimension::Provider => "provider",
        UsageDimension::Status => "execution_status",
        UsageDimension::Source => "source",
        UsageDimension::Session => "session_id",
    }
}

impl UsageRow for Row<'_> {
    fn sum(&self, column: &'static str) -> StoreResult<i128> {
        let sum = self.optional_text(column)?.map_or(Ok(0), str::parse);
        sum.map_err(|_| self.inconsistent(column))
    }

    fn start(&self, dimension: UsageDimension) -> StoreResult<Timestamp> {
        let micros = self.optional_integer(dimension.as_str())?;
        let start = micros.and_then(|micros| pg_time::to_time(micros).ok());
        start.ok_or_else(|| self.inconsistent("started_at"))
    }
}
