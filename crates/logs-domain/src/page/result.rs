//! A page.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Cursor;

/// How many records the whole filtered list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Total {
    /// So many.
    Exact(u64),
    /// At least so many; counting stopped there.
    AtLeast(u64),
    /// It was not counted: with a cursor, on request, or because the time budget ran out.
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
    /// The place of the first record, to ask the page before with: there when records lie before. An
    /// empty page has none; what lies before it is before the cursor that it was asked with.
    pub previous: Option<Cursor>,
    /// The place of the last record, to ask the next page with: there when records follow. An empty
    /// page has none.
    pub next: Option<Cursor>,
}

impl<T> QueryResult<T> {
    /// The page of `items` between two places.
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

    /// The same page of other items.
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
