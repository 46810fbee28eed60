//! A page.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Cursor, CursorKey, CursorScope, PageLimit};

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
    /// Whether records follow; exactly when there is a `next`.
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
    pub fn from_overfetched<K: CursorKey>(
        mut keyed: Vec<(K, T)>,
        limit: PageLimit,
        scope: &CursorScope,
        total: Total,
    ) -> Self {
        let has_more = keyed.len() > limit.as_usize();
        keyed.truncate(limit.as_usize());
        let last = keyed.last().filter(|_| has_more);
        let next = last.map(|(key, _)| Cursor::encode(scope, key));
        Self::from_parts(
            keyed.into_iter().map(|(_, item)| item).collect(),
            total,
            next,
        )
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
