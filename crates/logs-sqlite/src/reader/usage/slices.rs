//! The slices of a sum.
//!
//! SQLite sorts runs by their groups. To sort each slice by itself takes two thirds of the time of sorting all
//! at once, because a slice fits into the cache of a processor.

use logs_domain::{LlmRunFilter, StoreResult, TenantId, TimeRange, Timestamp, UsageQuery};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection};

use super::statement::{self, BY_START};
use crate::error;
use crate::list::push_id;

/// The shortest slice of several: an hour.
const SHORTEST_MICROS: i64 = 3_600_000_000;
/// The most slices of a sum.
const MOST: i64 = 64;

/// The queries that share the runs of `query`. Each takes a part of the time in which they started.
pub(super) async fn of(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    query: &UsageQuery,
) -> StoreResult<Vec<UsageQuery>> {
    let mut ends = Vec::new();
    // Another index leads to few runs, and not in the order of their start.
    if statement::index(&query.filter) == Some(BY_START) {
        for end in ["MIN", "MAX"] {
            ends.extend(started(connection, tenant, &query.filter.started, end).await?);
        }
    }
    let cuts = match ends.as_slice() {
        &[first, last] => cuts(first, last),
        _ => Vec::new(),
    };
    let window = query.filter.started;
    let (from, to) = ([window.from()].into_iter(), [window.to()].into_iter());
    let cuts = cuts.into_iter().map(Some);
    // The window lies around all cuts, so that no range is refused.
    let ranges = from.chain(cuts.clone()).zip(cuts.chain(to));
    let ranges = ranges.filter_map(|(from, to)| TimeRange::new(from, to).ok());
    Ok(ranges
        .map(|range| UsageQuery {
            filter: query.filter.clone().started(range),
            group_by: query.group_by.clone(),
        })
        .collect())
}

/// The first or the last start of the runs of a window: `MIN` or `MAX`.
async fn started(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    window: &TimeRange,
    end: &str,
) -> StoreResult<Option<i64>> {
    let mut statement = QueryBuilder::<Sqlite>::new("SELECT ");
    statement
        .push(format_args!(
            "{end}(started_at) FROM llm_run INDEXED BY {BY_START}"
        ))
        .push(" WHERE tenant_id = ")
        .push_bind(tenant.as_str().to_owned());
    let filter = LlmRunFilter::default().started(*window);
    filter::llm_run::push(&mut statement, tenant, &filter, push_id);
    let started = statement.build_query_scalar();
    started.fetch_one(connection).await.map_err(error::read)
}

/// The times between equal slices, ascending.
fn cuts(first: i64, last: i64) -> Vec<Timestamp> {
    let span = last.saturating_sub(first);
    let slices = (span / SHORTEST_MICROS).clamp(1, MOST);
    let cuts = (1..slices).map(|number| first + span / slices * number);
    cuts.filter_map(|micros| Timestamp::from_micros(micros).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use logs_domain::Timestamp;

    use super::{SHORTEST_MICROS as HOUR, cuts};

    fn micros(first: i64, last: i64) -> Vec<i64> {
        let cuts = cuts(first, last).into_iter();
        cuts.map(Timestamp::as_micros).collect()
    }

    #[test]
    fn a_span_is_cut_into_equal_slices_of_an_hour_at_least() {
        assert!(micros(5, 5).is_empty());
        assert!(micros(5, 5 + 2 * HOUR - 1).is_empty());
        assert_eq!(micros(5, 5 + 2 * HOUR), [5 + HOUR]);
        assert_eq!(micros(-HOUR, 2 * HOUR), [0, HOUR]);
    }

    #[test]
    fn all_of_time_has_64_slices() {
        let (first, last) = (Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
        let cuts = micros(first, last);
        assert_eq!(cuts.len(), 63);
        assert!(cuts.is_sorted() && cuts.first() > Some(&first) && cuts.last() < Some(&last));
    }
}
