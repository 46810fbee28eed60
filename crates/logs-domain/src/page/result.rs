//! A page of a list.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Cursor;

/// The number of records of the whole filtered list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Total {
    /// Exactly this number.
    Exact(u64),
    /// At least this number, where the count stopped.
    AtLeast(u64),
    /// No count: with a cursor, on request, or after the time budget.
    NotCounted,
}

impl Total {
    /// The total if a count up to `cap + 1` gave `counted`.
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
    /// Whether records follow. It is true exactly if there is a `next`. The page may still hold fewer records
    /// than its limit, because it ends before a record that differs from its key.
    pub has_more: bool,
    /// The position of the first record, for the request of the previous page. It is present if records come
    /// before. An empty page has none. Records before it are before the cursor of its request.
    pub previous: Option<Cursor>,
    /// The position of the last record, for the request of the next page. It is present if records follow.
    /// An empty page has none.
    pub next: Option<Cursor>,
}

impl<T> QueryResult<T> {
    /// The page of `items` between two positions.
    #[must_use]
    pub const fn from_parts(
        items: Vec<T>,
        total: Total,
        previous: Option<Cursor>,
        next: Option<Cursor>,
    ) -> Self {
        let has_more = next.is_some();
        Self {
            items,
            total,
            has_more,
            previous,
            next,
        }
    }

    /// The same page with other items.
    pub fn map<U>(self, function: impl FnMut(T) -> U) -> QueryResult<U> {
        let items = self.items.into_iter().map(function).collect();
        QueryResult {
            items,
            total: self.total,
            has_more: self.has_more,
            previous: self.previous,
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Total;

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
