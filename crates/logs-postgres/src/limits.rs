//! `docs/limits.md` says what the constants of this adapter are.

use std::time::Duration;

use crate::clock::{LONGEST_APPEND_MICROS, SKEW_MICROS};
use crate::execute::READ;
use crate::pool::{ACQUIRE, LIFETIME};
use crate::store::{
    APPEND_TIMEOUT, IDLE_TIMEOUT, LOCK_TIMEOUT, READERS, STATEMENT_TIMEOUT, WRITERS,
};
use crate::writer::{APPEND, RETRIES};

const LIMITS: &str = include_str!("../../../docs/limits.md");

/// Seconds, as the table has them.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

#[test]
fn the_table_of_this_adapter_is_that_of_its_constants() {
    let of_micros = |micros: i64| seconds(Duration::from_micros(micros.unsigned_abs()));
    for (what, limit) in [
        ("a read", seconds(READ)),
        (
            "a statement of a read, on the server",
            seconds(STATEMENT_TIMEOUT),
        ),
        ("an append, with its retries", seconds(APPEND)),
        (
            "a statement of an append, on the server, and a wait for a standby",
            seconds(APPEND_TIMEOUT),
        ),
        (
            "retries after a deadlock or a serialization failure",
            RETRIES.to_string(),
        ),
        ("a wait for a lock", seconds(LOCK_TIMEOUT)),
        ("an idle transaction", seconds(IDLE_TIMEOUT)),
        ("a wait for a connection, then `Pushback`", seconds(ACQUIRE)),
        ("the life of a connection", seconds(LIFETIME)),
        ("connections for reads", READERS.to_string()),
        ("connections for appends", WRITERS.to_string()),
        (
            "the distance of the clock from the server's",
            of_micros(SKEW_MICROS),
        ),
        (
            "the age of a record time at its append",
            of_micros(LONGEST_APPEND_MICROS),
        ),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
