//! The statement of usage.
//!
//! SQLite sorts the runs by their groups. The duration is one of the values that it groups by: a count for
//! each bucket would take half as long again.

use logs_domain::{
    DURATION_BOUNDS_MICROS, LlmRunFilter, TenantId, TimeRange, Timestamp, UsageDimension,
    UsageQuery,
};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::Sqlite;

use crate::list::push_id;
use crate::reader::llm_run;

/// The index of runs by their start.
pub(super) const BY_START: &str = "llm_run_by_start";

/// How columns are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// SQLite refuses sums beyond 64 bits.
    Whole,
    /// The upper 32 bits and the lower ones, each by itself.
    Halves,
}

/// Sums up runs.
pub(super) fn sums(tenant: &TenantId, query: &UsageQuery, width: Width) -> QueryBuilder<Sqlite> {
    let mut statement = QueryBuilder::new("SELECT is_synthetic, ");
    push_bucket(&mut statement);
    statement.push(
        " AS bucket, COUNT(*) AS runs, COUNT(input_tokens + output_tokens) AS known_usage, \
         COUNT(cost_nano_usd) AS known_cost",
    );
    for column in ["input_tokens", "output_tokens", "cost_nano_usd"] {
        match width {
            Width::Whole => statement.push(format_args!(", SUM({column}) AS {column}")),
            Width::Halves => statement.push(format_args!(
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
pub(super) fn index(filter: &LlmRunFilter) -> Option<&'static str> {
    let is_narrow =
        filter.run_id.is_some() || filter.trace_id.is_some() || filter.session_id.is_some();
    if is_narrow {
        llm_run::index(filter)
    } else if filter.started != TimeRange::ALL {
        Some(BY_START)
    } else if filter.created != TimeRange::ALL {
        None
    } else {
        llm_run::index(filter).or(Some(BY_START))
    }
}
