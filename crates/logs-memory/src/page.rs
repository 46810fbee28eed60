//! Pages of ordered records.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::{Duration, Instant};

use logs_domain::page::Walk;
use logs_domain::{CountMode, CursorKey, QueryResult, StoreResult, Total};

/// How many records a count takes between two checks of the time.
const COUNTED_AT_ONCE: usize = 4096;

/// The start and the direction of a read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'a, K> {
    /// The key after which it begins. `None` for the first record of the direction.
    pub(crate) from: Option<&'a K>,
    /// Whether it reads from larger keys to smaller ones.
    pub(crate) is_reversed: bool,
}

/// The page of a walk through the matching records, which `records` gives from any start on.
pub(crate) fn page<K, T, I>(
    walk: &Walk<'_, K>,
    count_budget: Duration,
    records: impl Fn(Start<'_, K>) -> I,
) -> StoreResult<QueryResult<T>>
where
    K: CursorKey,
    I: Iterator<Item = (K, T)>,
{
    let start = Start {
        from: walk.from(),
        is_reversed: walk.is_reversed(),
    };
    let found = records(start)
        .skip(walk.offset())
        .take(walk.wanted())
        .map(readable)
        .collect();
    let total = match walk.request().count_cap() {
        None => Total::NotCounted,
        Some(cap) => {
            let is_default = walk.request().count == CountMode::Default;
            let all = Start {
                from: None,
                is_reversed: false,
            };
            count(records(all), cap, is_default.then_some(count_budget))
        }
    };
    walk.page(found, total)
}

/// No other program alters records in memory.
fn readable<K, T>((key, record): (K, T)) -> (K, StoreResult<T>) {
    (key, Ok(record))
}

/// Counts up to one more than `cap`, within the budget.
fn count<T>(records: impl Iterator<Item = T>, cap: Option<u64>, budget: Option<Duration>) -> Total {
    let started = Instant::now();
    let most = cap.map_or(u64::MAX, |cap| cap + 1);
    let mut counted = 0;
    let mut records = records.take(usize::try_from(most).unwrap_or(usize::MAX));
    loop {
        if budget.is_some_and(|budget| started.elapsed() >= budget) {
            return Total::NotCounted;
        }
        match records.by_ref().take(COUNTED_AT_ONCE).count() {
            0 => return Total::counted(counted, cap),
            more => counted += more as u64,
        }
    }
}

/// The entries of a map from a start on.
pub(crate) fn entries<'a, K: Ord + Copy, T>(
    map: &'a BTreeMap<K, T>,
    start: Start<'_, K>,
) -> Box<dyn Iterator<Item = (K, &'a T)> + 'a> {
    let from = start
        .from
        .map_or(Bound::Unbounded, |key| Bound::Excluded(*key));
    let of = |(key, value): (&'a K, &'a T)| (*key, value);
    if start.is_reversed {
        Box::new(map.range((Bound::Unbounded, from)).rev().map(of))
    } else {
        Box::new(map.range((from, Bound::Unbounded)).map(of))
    }
}

/// The records of a slice, which is in order, from a start on.
pub(crate) fn sorted<'a, K: Ord + Clone, T: Clone>(
    records: &'a [(K, T)],
    start: Start<'_, K>,
) -> Box<dyn Iterator<Item = (K, T)> + 'a> {
    if start.is_reversed {
        let end = start.from.map_or(records.len(), |from| {
            records.partition_point(|(key, _)| key < from)
        });
        Box::new(records.iter().take(end).rev().cloned())
    } else {
        let begin = start
            .from
            .map_or(0, |from| records.partition_point(|(key, _)| key <= from));
        Box::new(records.iter().skip(begin).cloned())
    }
}
