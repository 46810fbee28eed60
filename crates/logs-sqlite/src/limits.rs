//! `docs/limits.md` says what the constants of this adapter are.

use crate::clock::STEP_BACK_MICROS;
use crate::connection::BUSY;
use crate::ledger::MOST_ENTRIES;
use crate::store::READERS;

const LIMITS: &str = include_str!("../../../docs/limits.md");

#[test]
fn the_table_of_this_adapter_is_that_of_its_constants() {
    for (what, limit) in [
        (
            "a wait for another writer, then `Pushback`",
            format!("{} s", BUSY.as_secs()),
        ),
        ("connections for reads, in SQLite", READERS.to_string()),
        ("entries of a log in one row", MOST_ENTRIES.to_string()),
        (
            "the clock, behind the newest time of the file",
            format!("{} s", STEP_BACK_MICROS / 1_000_000),
        ),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
