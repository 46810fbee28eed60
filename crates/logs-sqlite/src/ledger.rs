//! The ledger: one log for each owner. Records become entries in the transaction of their append.

pub(crate) mod append;
pub(crate) mod checkpoint;
mod chunk;
pub(crate) mod entry;
pub(crate) mod log;
pub(crate) mod node;
mod record;
pub(crate) mod uncovered;

#[cfg(test)]
pub(crate) use chunk::MOST_ENTRIES;
use logs_domain::{StoreError, StoreResult};

/// An index or a size as SQLite holds it.
fn integer(number: u64, table: &'static str, column: &'static str) -> StoreResult<i64> {
    i64::try_from(number).map_err(|_| StoreError::inconsistent(table, column, number.to_string()))
}

/// An index or a size as it was stored.
fn number(integer: i64, table: &'static str, column: &'static str) -> StoreResult<u64> {
    u64::try_from(integer).map_err(|_| StoreError::inconsistent(table, column, integer.to_string()))
}
