//! How an adapter reads the records of a page and makes the page from them.

use std::cmp::Ordering;

use super::{
    Cursor, CursorKey, CursorScope, Direction, Keyed, PageRequest, Position, QueryResult,
    ReadMethod, Total,
};
use crate::filter::ReadArguments;
use crate::{InvalidValue, StoreResult, TenantId};

/// How an adapter reads a page: from a position, in one direction, up to one record more than the limit.
/// For a page before a cursor, the adapter reads in the opposite direction, and the walk reverses the records.
#[derive(Clone, Debug)]
pub struct Walk<'a, K> {
    request: &'a PageRequest,
    scope: CursorScope,
    direction: Direction,
    is_reversed: bool,
    from: Option<K>,
}

impl<'a, K: CursorKey> Walk<'a, K> {
    /// The walk of a call.
    ///
    /// # Errors
    /// [`InvalidValue`] on a cursor that is malformed, or of another list or direction.
    pub fn new(
        method: ReadMethod,
        tenant: &TenantId,
        arguments: &impl ReadArguments,
        request: &'a PageRequest,
    ) -> Result<Self, InvalidValue> {
        let asked = request.direction.unwrap_or(method.direction());
        let scope = CursorScope::new(method, tenant, arguments, asked);
        let (direction, from) = match &request.position {
            Position::Offset(_) => (asked, None),
            Position::After(cursor) => (asked, Some(cursor.decode(&scope)?)),
            Position::Before(cursor) => (asked.reversed(), Some(cursor.decode(&scope)?)),
        };
        Ok(Self {
            request,
            scope,
            direction,
            is_reversed: direction != method.direction(),
            from,
        })
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &'a PageRequest {
        self.request
    }

    /// The direction of the read.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// Whether the adapter begins with the largest key.
    #[must_use]
    pub const fn is_reversed(&self) -> bool {
        self.is_reversed
    }

    /// The key after which the read begins. `None` for the first record of the direction.
    #[must_use]
    pub const fn from(&self) -> Option<&K> {
        self.from.as_ref()
    }

    /// The number of records to skip.
    #[must_use]
    pub const fn offset(&self) -> usize {
        match &self.request.position {
            Position::Offset(offset) => offset.as_usize(),
            Position::After(_) | Position::Before(_) => 0,
        }
    }

    /// The number of records to read: one more than the limit, to know whether more follow.
    #[must_use]
    pub const fn wanted(&self) -> usize {
        self.request.limit.as_usize() + 1
    }

    /// The order in which the adapter reads two keys.
    #[must_use]
    pub fn compare(&self, one: &K, other: &K) -> Ordering {
        if self.is_reversed {
            other.cmp(one)
        } else {
            one.cmp(other)
        }
    }

    /// Sorts records in the order of the read.
    pub fn sort<T>(&self, keyed: &mut [Keyed<K, T>]) {
        keyed.sort_unstable_by(|(one, _), (other, _)| self.compare(one, other));
    }

    /// The key of the last record that the offset skips, from that number of keys of each branch of a merge.
    /// `None` if there are fewer.
    #[must_use]
    pub fn last_left_out(&self, mut keys: Vec<K>) -> Option<K> {
        keys.sort_unstable_by(|one, other| self.compare(one, other));
        keys.into_iter().nth(self.offset().checked_sub(1)?)
    }

    /// Makes the page from up to [`wanted`](Self::wanted) records, in the order of the read.
    ///
    /// # Errors
    /// The error of the first record, with its position. If a later record has an error, the page ends
    /// before that record.
    pub fn page<T>(
        &self,
        mut keyed: Vec<Keyed<K, T>>,
        total: Total,
    ) -> StoreResult<QueryResult<T>> {
        let readable = keyed.iter().take_while(|(_, record)| record.is_ok());
        let kept = readable.count().min(self.request.limit.as_usize());
        let are_more = keyed.len() > kept;
        keyed.truncate(kept.max(1));
        let place = |pair: &Keyed<K, T>| Cursor::encode(&self.scope, &pair.0);
        let begins_later = self.from.is_some() || self.offset() > 0;
        let back = keyed.first().filter(|_| begins_later).map(place);
        let onward = keyed.last().filter(|_| are_more).map(place);
        let mut items = Vec::with_capacity(kept);
        for (key, record) in keyed {
            let item = record.map_err(|error| error.at(|| Cursor::encode(&self.scope, &key)))?;
            items.push(item);
        }
        Ok(if matches!(self.request.position, Position::Before(_)) {
            items.reverse();
            QueryResult::from_parts(items, total, onward, back)
        } else {
            QueryResult::from_parts(items, total, back, onward)
        })
    }
}

#[cfg(test)]
mod tests;
