//! Pages of anything that is in order.

use std::time::{Duration, Instant};

use logs_domain::{
    CountMode, CursorKey, CursorScope, PageRequest, Position, QueryResult, StoreResult, Total,
};

/// How many records are counted between two looks at the time.
const COUNTED_AT_ONCE: usize = 4096;

/// Answers `request` from `after`, which gives the matching records behind a key, or all of them,
/// in the order of the list.
pub(crate) fn page<K, T, I>(
    request: &PageRequest,
    scope: &CursorScope,
    count_budget: Duration,
    after: impl Fn(Option<&K>) -> I,
) -> StoreResult<QueryResult<T>>
where
    K: CursorKey,
    I: Iterator<Item = (K, T)>,
{
    let wanted = request.limit.as_usize() + 1;
    let found: Vec<(K, StoreResult<T>)> = match &request.position {
        Position::Offset(offset) => after(None)
            .skip(offset.as_usize())
            .take(wanted)
            .map(readable)
            .collect(),
        Position::After(cursor) => {
            let key = cursor.decode::<K>(scope)?;
            after(Some(&key)).take(wanted).map(readable).collect()
        }
    };
    let total = match request.count_cap() {
        None => Total::NotCounted,
        Some(cap) => {
            let budget = (request.count == CountMode::Default).then_some(count_budget);
            count(after(None), cap, budget)
        }
    };
    QueryResult::from_overfetched(found, request.limit, scope, total)
}

/// Nothing alters records in memory.
fn readable<K, T>((key, record): (K, T)) -> (K, StoreResult<T>) {
    (key, Ok(record))
}

/// Counts up to one more than `cap`, as long as there is budget.
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
