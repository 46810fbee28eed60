//! Conditions on one column, and ORDER BY. Each condition begins with ` AND `.

use logs_domain::{Direction, TimeRange};
use sqlx::QueryBuilder;

use crate::Dialect;

/// Pushes the conditions of a time range on a column: at or after its start, before its end.
pub fn push_range<DB: Dialect>(query: &mut QueryBuilder<DB>, column: &str, range: &TimeRange) {
    if let Some(from) = range.from() {
        query.push(" AND ").push(column).push(" >= ");
        DB::push_time(query, from);
    }
    if let Some(to) = range.to() {
        query.push(" AND ").push(column).push(" < ");
        DB::push_time(query, to);
    }
}

/// Pushes an exact match of a text, if the filter has one.
pub fn push_equal<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    column: &str,
    wanted: Option<impl ToString>,
) {
    if let Some(wanted) = wanted {
        query.push(" AND ").push(column).push(" = ");
        DB::push_text(query, wanted.to_string());
    }
}

/// Pushes an ORDER BY some columns, all in one direction.
pub fn push_order<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    columns: &[&str],
    direction: Direction,
) {
    let way = match direction {
        Direction::Ascending => " ASC",
        Direction::Descending => " DESC",
    };
    for (place, column) in columns.iter().enumerate() {
        query.push(if place == 0 { " ORDER BY " } else { ", " });
        query.push(column).push(way);
    }
}
