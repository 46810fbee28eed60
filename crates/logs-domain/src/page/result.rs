//! A page.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Cursor, CursorKey, CursorScope, Keyed, PageLimit};
use crate::{StoreError, StoreResult};

/// How many records the whole filtered list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Total {
    /// So many.
    Exact(u64),
    /// At least so many; counting stopped there.
    AtLeast(u64),
    /// It was not counted: after a cursor, on request, or because the time budget ran out.
    NotCounted,
}

impl Total {
    /// The total when counting up to `cap + 1` gave `counted`.
    #[must_use]
    pub const fn counted(counted: u64, cap: Option<u64>) -> Self {
        match cap {
            Some(cap) if counted > cap => Self::AtLeast(cap),
            Some(_) | None => Self::Exact(counted),
        }
    }
}

impl fmt::Display for Total {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(count) => write!(formatter, "{count}"),
            Self::AtLeast(count) => write!(formatter, "{count}+"),
            Self::NotCounted => formatter.pad("not counted"),
        }
    }
}

impl Serialize for Total {
    /// `{"exact":7}`, `{"at_least":10000}` or null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let (name, count) = match self {
            Self::Exact(count) => ("exact", count),
            Self::AtLeast(count) => ("at_least", count),
            Self::NotCounted => return serializer.serialize_none(),
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(name, count)?;
        map.end()
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueryResult<T> {
    /// The records, in the order of the list.
    pub items: Vec<T>,
    /// How many records the whole filtered list holds.
    pub total: Total,
    /// Whether records follow; exactly when there is a `next`. A page may hold fewer records than its
    /// limit then: it ends before one that cannot be read.
    pub has_more: bool,
    /// What to ask the next page with.
    pub next: Option<Cursor>,
}

impl<T> QueryResult<T> {
    /// The page of `items` that `next` continues.
    #[must_use]
    pub const fn from_parts(items: Vec<T>, total: Total, next: Option<Cursor>) -> Self {
        let has_more = next.is_some();
        Self {
            items,
            total,
            has_more,
            next,
        }
    }

    /// The page out of up to `limit + 1` keyed records: the one too many tells that there is a
    /// next page, and the cursor is made from the key of the last one kept.
    ///
    /// # Errors
    /// That of the first record when it cannot be read, with the cursor behind it. A page that holds
    /// such a one further on ends before it.
    pub fn from_overfetched<K: CursorKey>(
        mut keyed: Vec<Keyed<K, T>>,
        limit: PageLimit,
        scope: &CursorScope,
        total: Total,
    ) -> StoreResult<Self> {
        let limit = limit.as_usize();
        let readable = keyed.iter().take_while(|(_, record)| record.is_ok());
        let kept = readable.count().min(limit);
        let has_more = keyed.len() > kept;
        keyed.truncate(kept.max(1));
        let last = keyed.last().filter(|_| has_more);
        let next = last.map(|(key, _)| Cursor::encode(scope, key));
        let mut items = Vec::with_capacity(kept);
        for (_, record) in keyed {
            match record {
                Ok(record) => items.push(record),
                Err(StoreError::Inconsistent {
                    table, column, key, ..
                }) => {
                    return Err(StoreError::Inconsistent {
                        table,
                        column,
                        key,
                        next,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Self::from_parts(items, total, next))
    }

    /// The same page of other items.
    pub fn map<U>(self, function: impl FnMut(T) -> U) -> QueryResult<U> {
        let items = self.items.into_iter().map(function).collect();
        QueryResult {
            items,
            total: self.total,
            has_more: self.has_more,
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QueryResult, Total};
    use crate::page::ListKey;
    use crate::{
        CursorScope, LlmRunFilter, PageLimit, ReadMethod, RecordId, StoreError, StoreResult,
        TenantId, Timestamp,
    };

    fn scope() -> CursorScope {
        let tenant = TenantId::new("t").unwrap();
        CursorScope::new(ReadMethod::ListLlmRuns, &tenant, &LlmRunFilter::default())
    }

    fn keyed(count: u64) -> Vec<(ListKey, StoreResult<u64>)> {
        let tenant = TenantId::new("t").unwrap();
        let created_at = Timestamp::from_micros(0).unwrap();
        let key = |n| ListKey {
            created_at,
            id: RecordId::imported(&tenant, "page", n).as_uuid(),
        };
        (0..count).map(|n| (key(n), Ok(n))).collect()
    }

    #[test]
    fn one_too_many_makes_a_cursor_from_the_last_one_kept() {
        let scope = scope();
        let limit = PageLimit::new(2).unwrap();
        let total = Total::NotCounted;
        let page = QueryResult::from_overfetched(keyed(3), limit, &scope, total).unwrap();
        assert_eq!(
            (page.items.as_slice(), page.has_more),
            ([0, 1].as_slice(), true)
        );
        let key: ListKey = page.next.unwrap().decode(&scope).unwrap();
        assert_eq!(key, keyed(3)[1].0);
        let last = QueryResult::from_overfetched(keyed(2), limit, &scope, total).unwrap();
        assert_eq!(
            (last.items.len(), last.has_more, last.next),
            (2, false, None)
        );
    }

    #[test]
    fn a_record_that_cannot_be_read_ends_the_page_before_it_and_is_an_error_with_a_cursor_behind() {
        let scope = scope();
        let page = |keyed, limit| {
            let limit = PageLimit::new(limit).unwrap();
            QueryResult::from_overfetched(keyed, limit, &scope, Total::NotCounted)
        };
        let damaged = |count, place: usize| {
            let mut keyed = keyed(count);
            keyed[place].1 = Err(StoreError::inconsistent("t", "c", "k"));
            keyed
        };
        let before = page(damaged(3, 1), 3).unwrap();
        assert_eq!(
            (before.items.as_slice(), before.has_more),
            ([0].as_slice(), true)
        );
        let key: ListKey = before.next.unwrap().decode(&scope).unwrap();
        assert_eq!(key, keyed(1)[0].0);
        // One too many is not looked at: the next page begins with it.
        assert_eq!(page(damaged(3, 2), 2).unwrap().items, [0, 1]);
        let error = page(damaged(2, 0), 2).unwrap_err();
        assert_eq!(error.to_string(), "inconsistent data in t.c of k");
        let key: ListKey = error.next().unwrap().decode(&scope).unwrap();
        assert_eq!(key, keyed(1)[0].0);
        // The page behind the last record is empty.
        assert!(page(damaged(1, 0), 2).unwrap_err().next().is_some());
        let mut other = keyed(1);
        other[0].1 = Err(StoreError::closed());
        assert!(matches!(
            page(other, 2),
            Err(StoreError::Unavailable { .. })
        ));
    }

    #[test]
    fn a_count_beyond_the_cap_is_at_least_the_cap() {
        assert_eq!(Total::counted(10_000, Some(10_000)), Total::Exact(10_000));
        assert_eq!(Total::counted(10_001, Some(10_000)), Total::AtLeast(10_000));
        assert_eq!(Total::counted(10_001, None), Total::Exact(10_001));
    }

    #[test]
    fn json_tells_what_was_counted() {
        let json = |total: Total| serde_json::to_string(&total).unwrap();
        assert_eq!(json(Total::Exact(7)), r#"{"exact":7}"#);
        assert_eq!(json(Total::AtLeast(7)), r#"{"at_least":7}"#);
        assert_eq!(json(Total::NotCounted), "null");
    }
}
