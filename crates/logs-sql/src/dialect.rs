//! How each database binds the values of the domain.

use logs_domain::Timestamp;
use sqlx::{Database, QueryBuilder};
use uuid::Uuid;

/// How a database binds the values of the domain as parameters of a statement.
pub trait Dialect: Database {
    /// Whether a row-value comparison needs a redundant condition on its first column. An index
    /// scan starts at that condition, and the planner excludes partitions by it.
    const ROW_VALUES_NEED_FIRST_COLUMN: bool;

    /// Binds a text.
    fn push_text(query: &mut QueryBuilder<Self>, text: String);
    /// Binds a number.
    fn push_integer(query: &mut QueryBuilder<Self>, number: i64);
    /// Binds a flag.
    fn push_flag(query: &mut QueryBuilder<Self>, flag: bool);
    /// Binds a time.
    fn push_time(query: &mut QueryBuilder<Self>, time: Timestamp);
    /// Binds the id of a record.
    fn push_id(query: &mut QueryBuilder<Self>, id: Uuid);
}

/// Times are microseconds since 1970, ids are 16 bytes.
#[cfg(feature = "sqlite")]
impl Dialect for sqlx::Sqlite {
    const ROW_VALUES_NEED_FIRST_COLUMN: bool = false;

    fn push_text(query: &mut QueryBuilder<Self>, text: String) {
        query.push_bind(text);
    }

    fn push_integer(query: &mut QueryBuilder<Self>, number: i64) {
        query.push_bind(number);
    }

    fn push_flag(query: &mut QueryBuilder<Self>, flag: bool) {
        query.push_bind(flag);
    }

    fn push_time(query: &mut QueryBuilder<Self>, time: Timestamp) {
        query.push_bind(time.as_micros());
    }

    fn push_id(query: &mut QueryBuilder<Self>, id: Uuid) {
        query.push_bind(id.as_bytes().to_vec());
    }
}

/// Times are `timestamptz`, ids are `uuid`.
#[cfg(feature = "postgres")]
impl Dialect for sqlx::Postgres {
    const ROW_VALUES_NEED_FIRST_COLUMN: bool = true;

    fn push_text(query: &mut QueryBuilder<Self>, text: String) {
        query.push_bind(text);
    }

    fn push_integer(query: &mut QueryBuilder<Self>, number: i64) {
        query.push_bind(number);
    }

    fn push_flag(query: &mut QueryBuilder<Self>, flag: bool) {
        query.push_bind(flag);
    }

    fn push_time(query: &mut QueryBuilder<Self>, time: Timestamp) {
        query.push_bind(time.to_datetime());
    }

    fn push_id(query: &mut QueryBuilder<Self>, id: Uuid) {
        query.push_bind(id);
    }
}
