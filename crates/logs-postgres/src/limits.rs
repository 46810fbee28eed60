//! `docs/limits.md` says what the constants of this adapter are.

use std::time::Duration;

use crate::store::{READERS, WRITERS};
use crate::timeouts::{
    ACQUIRE, APPEND, APPEND_STATEMENT, IDLE, LIFETIME, LOCK, LONGEST_APPEND, READ, READ_STATEMENT,
    SKEW, SUM, SUM_STATEMENT,
};
use crate::writer::RETRIES;

const LIMITS: &str = include_str!("../../../docs/limits.md");

/// Seconds, as the table has them.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

#[test]
fn the_table_of_this_adapter_is_that_of_its_constants() {
    for (what, limit) in [
        ("a read", seconds(READ)),
        (
            "a statement of a read, on the server",
            seconds(READ_STATEMENT),
        ),
        ("a sum of usage", seconds(SUM)),
        (
            "the statement of a sum of usage, on the server",
            seconds(SUM_STATEMENT),
        ),
        ("an append, with its retries", seconds(APPEND)),
        (
            "a statement of an append, on the server, and a wait for a standby",
            seconds(APPEND_STATEMENT),
        ),
        (
            "retries after a deadlock or a serialization failure",
            RETRIES.to_string(),
        ),
        ("a wait for a lock", seconds(LOCK)),
        ("an idle transaction", seconds(IDLE)),
        ("a wait for a connection, then `Pushback`", seconds(ACQUIRE)),
        ("the life of a connection", seconds(LIFETIME)),
        ("connections for reads", READERS.to_string()),
        ("connections for appends", WRITERS.to_string()),
        ("the distance of the clock from the server's", seconds(SKEW)),
        (
            "the age of a record time at its append",
            seconds(LONGEST_APPEND),
        ),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
