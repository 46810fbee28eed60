//! The request for a page.

use serde::Deserialize;

use super::{Cursor, Direction};
use crate::InvalidValue;

/// The largest number of records on a page: 1 to 1000, 50 by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "u32")]
pub struct PageLimit(u32);

impl PageLimit {
    /// The largest page.
    pub const MAX: Self = Self(1000);

    /// Checks `limit`.
    ///
    /// # Errors
    /// [`InvalidValue`] outside 1 to 1000.
    pub fn new(limit: u32) -> Result<Self, InvalidValue> {
        if limit == 0 || limit > Self::MAX.0 {
            return Err(InvalidValue::new("limit", limit, "1 to 1000"));
        }
        Ok(Self(limit))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number, as collections count.
    #[must_use]
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u32> for PageLimit {
    type Error = InvalidValue;

    fn try_from(limit: u32) -> Result<Self, Self::Error> {
        Self::new(limit)
    }
}

/// The number of records to skip before a page: 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "u32")]
pub struct PageOffset(u32);

impl PageOffset {
    /// The deepest offset.
    pub const MAX: Self = Self(10_000);

    /// Checks `offset`.
    ///
    /// # Errors
    /// [`InvalidValue`] beyond 10,000. Use a cursor instead.
    pub fn new(offset: u32) -> Result<Self, InvalidValue> {
        if offset > Self::MAX.0 {
            let expected = "0 to 10000; go deeper with the cursor of the page before";
            return Err(InvalidValue::new("offset", offset, expected));
        }
        Ok(Self(offset))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number, as collections count.
    #[must_use]
    pub const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl TryFrom<u32> for PageOffset {
    type Error = InvalidValue;

    fn try_from(offset: u32) -> Result<Self, Self::Error> {
        Self::new(offset)
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// After this number of records of the whole list. Offset 0 is the first page. If records are stored
    /// between two pages, the second page shifts. Cursors do not have this fault.
    Offset(PageOffset),
    /// Directly after the record at this position: the `next` of another page.
    After(Cursor),
    /// Directly before the record at this position: the `previous` of another page. The page has the order
    /// of the list, and its last record precedes that record.
    Before(Cursor),
}

impl Default for Position {
    fn default() -> Self {
        Self::Offset(PageOffset::default())
    }
}

/// How a store counts the records of the whole filtered list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CountMode {
    /// For an offset, up to 10,000 and within the time budget of the store. For a cursor, not at all.
    #[default]
    Default,
    /// All records, up to the statement timeout.
    Exact,
    /// Not at all.
    Skip,
}

impl CountMode {
    /// How far [`Default`](Self::Default) counts.
    pub const DEFAULT_CAP: u64 = 10_000;
}

/// The request for a page of a list. The default is the first 50 records, with a count up to 10,000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRequest {
    /// The largest number of records.
    pub limit: PageLimit,
    /// The direction of the list. `None` is the direction in the documentation of the method.
    pub direction: Option<Direction>,
    /// Where the page begins.
    pub position: Position,
    /// How to count the whole list.
    pub count: CountMode,
}

impl PageRequest {
    /// The first page of at most `limit` records.
    ///
    /// # Errors
    /// [`InvalidValue`] outside 1 to 1000.
    pub fn first(limit: u32) -> Result<Self, InvalidValue> {
        Ok(Self {
            limit: PageLimit::new(limit)?,
            ..Self::default()
        })
    }

    /// Sets the largest number of records.
    #[must_use]
    pub const fn limit(mut self, limit: PageLimit) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the direction.
    #[must_use]
    pub const fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Begins after the record at the position of `cursor`.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.position = Position::After(cursor);
        self
    }

    /// Ends before the record at the position of `cursor`.
    #[must_use]
    pub fn before(mut self, cursor: Cursor) -> Self {
        self.position = Position::Before(cursor);
        self
    }

    /// Continues past the record at the position of `cursor`: before it if this request was before a cursor,
    /// and after it otherwise.
    #[must_use]
    pub fn past(self, cursor: Cursor) -> Self {
        match self.position {
            Position::Offset(_) | Position::After(_) => self.after(cursor),
            Position::Before(_) => self.before(cursor),
        }
    }

    /// Skips this number of records.
    #[must_use]
    pub fn offset(mut self, offset: PageOffset) -> Self {
        self.position = Position::Offset(offset);
        self
    }

    /// Sets how to count the whole list.
    #[must_use]
    pub const fn count(mut self, count: CountMode) -> Self {
        self.count = count;
        self
    }

    /// How far to count: `None` for no count, `Some(None)` for all, `Some(Some(cap))` up to `cap`.
    #[must_use]
    pub const fn count_cap(&self) -> Option<Option<u64>> {
        match (self.count, &self.position) {
            (CountMode::Exact, _) => Some(None),
            (CountMode::Default, Position::Offset(_)) => Some(Some(CountMode::DEFAULT_CAP)),
            (CountMode::Default, Position::After(_) | Position::Before(_))
            | (CountMode::Skip, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CountMode, PageLimit, PageOffset, PageRequest, Position};
    use crate::Cursor;

    #[test]
    fn limits_and_offsets_hold_at_both_edges() {
        assert!(PageLimit::new(0).is_err() && PageLimit::new(1001).is_err());
        assert!(PageLimit::new(1).is_ok() && PageLimit::new(1000).is_ok());
        assert_eq!(PageLimit::default().get(), 50);
        assert!(PageOffset::new(10_000).is_ok());
        assert!(
            PageOffset::new(10_001)
                .unwrap_err()
                .expected()
                .contains("cursor")
        );
    }

    #[test]
    fn a_first_page_is_counted_up_to_the_cap_and_a_later_one_is_not() {
        let first = PageRequest::default();
        assert_eq!(first.position, Position::Offset(PageOffset::default()));
        assert_eq!(first.count_cap(), Some(Some(10_000)));
        let earlier = first.clone().before(Cursor::from_text("AA").unwrap());
        assert_eq!(earlier.count_cap(), None);
        let later = first.clone().after(Cursor::from_text("AA").unwrap());
        assert_eq!(later.count_cap(), None);
        assert_eq!(later.count(CountMode::Exact).count_cap(), Some(None));
        assert_eq!(first.count(CountMode::Skip).count_cap(), None);
    }
    #[test]
    fn what_goes_past_a_place_goes_on_the_way_it_went() {
        let cursor = |text| Cursor::from_text(text).unwrap();
        let (at, from) = (cursor("AA"), cursor("AB"));
        let first = PageRequest::default();
        let (after, before) = (
            first.clone().after(from.clone()),
            first.clone().before(from),
        );
        for (request, expected) in [
            (first, Position::After(at.clone())),
            (after, Position::After(at.clone())),
            (before, Position::Before(at.clone())),
        ] {
            assert_eq!(request.past(at.clone()).position, expected);
        }
    }
}
