//! The start of each branch of a merge after a cursor. A cursor names a record of one branch. Each
//! other branch continues at the time of the cursor or after it, by the order of the merge.

use std::cmp::Ordering;

use logs_domain::page::{CursorKey, SystemListKey, SystemWindowKey, Walk};
use logs_domain::{Direction, Timestamp};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::Dialect;

/// The start of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At all records of this time. On equal times, the branch comes later than the cursor's
    /// branch.
    At(Timestamp),
    /// After all records of this time. On equal times, the branch comes earlier.
    Past(Timestamp),
    /// After this record of the branch itself.
    Behind(Timestamp, Uuid),
}

impl Bound {
    /// The bound of the branch `branch`, if the walk continues from a record of the branch
    /// `cursor`.
    #[must_use]
    pub fn new<K: CursorKey>(
        walk: &Walk<'_, K>,
        branch: u8,
        cursor: u8,
        (time, id): (Timestamp, Uuid),
    ) -> Self {
        let order = branch.cmp(&cursor);
        match if walk.is_reversed() {
            order.reverse()
        } else {
            order
        } {
            Ordering::Less => Self::Past(time),
            Ordering::Equal => Self::Behind(time, id),
            Ordering::Greater => Self::At(time),
        }
    }

    /// The bound in a list of system records. On equal times, the tenant's records come first.
    #[must_use]
    pub fn in_list(walk: &Walk<'_, SystemListKey>, from: &SystemListKey, platform: bool) -> Self {
        let (branch, cursor) = (u8::from(platform), u8::from(from.platform));
        Self::new(walk, branch, cursor, (from.created_at, from.id))
    }

    /// The bound in a window of system records. On equal times, the tenant's records come first.
    #[must_use]
    pub fn in_window(
        walk: &Walk<'_, SystemWindowKey>,
        from: &SystemWindowKey,
        platform: bool,
    ) -> Self {
        let (branch, cursor) = (u8::from(platform), u8::from(from.platform));
        Self::new(walk, branch, cursor, (from.occurred_at, from.id))
    }

    /// Pushes the condition for a branch that continues in a direction.
    pub fn push<DB: Dialect>(
        self,
        query: &mut QueryBuilder<DB>,
        column: &str,
        direction: Direction,
    ) {
        match direction {
            Direction::Ascending => {
                self.push_start(query, column, " >= ", " > ");
                self.push_end(query, column, Timestamp::MAX, " <= ");
            }
            Direction::Descending => {
                self.push_start(query, column, " <= ", " < ");
                self.push_end(query, column, Timestamp::MIN, " >= ");
            }
        }
    }

    /// Excludes times beyond the range of the domain. A record with such an altered time counts as
    /// the last, and no record follows it.
    fn push_end<DB: Dialect>(
        self,
        query: &mut QueryBuilder<DB>,
        column: &str,
        end: Timestamp,
        until: &str,
    ) {
        match self {
            Self::Past(time) | Self::Behind(time, _) if time == end => {
                query.push(" AND ").push(column).push(until);
                DB::push_time(query, end);
            }
            Self::At(_) | Self::Past(_) | Self::Behind(..) => {}
        }
    }

    fn push_start<DB: Dialect>(
        self,
        query: &mut QueryBuilder<DB>,
        column: &str,
        at: &str,
        past: &str,
    ) {
        match self {
            Self::At(time) => {
                query.push(" AND ").push(column).push(at);
                DB::push_time(query, time);
            }
            Self::Past(time) => {
                query.push(" AND ").push(column).push(past);
                DB::push_time(query, time);
            }
            Self::Behind(time, id) => {
                if DB::ROW_VALUES_NEED_FIRST_COLUMN {
                    query.push(" AND ").push(column).push(at);
                    DB::push_time(query, time);
                }
                query.push(" AND (").push(column).push(", id)").push(past);
                query.push("(");
                DB::push_time(query, time);
                query.push(", ");
                DB::push_id(query, id);
                query.push(")");
            }
        }
    }
}
