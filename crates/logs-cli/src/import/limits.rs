//! `docs/limits.md` says what the constants of imports are.

use super::json::{DEEPEST, MOST_VALUES};
use super::source::{MOST_BYTES, MOST_LINE_BYTES};
use super::translate::MOST_DRAFTS_BYTES;

const LIMITS: &str = include_str!("../../../../docs/limits.md");

#[test]
fn the_table_of_imports_is_that_of_their_constants() {
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    for (what, limit) in [
        ("a line of NDJSON, a row of CSV", mib(MOST_LINE_BYTES)),
        (
            "a record of a JSON document, a trace of Langfuse",
            mib(MOST_BYTES),
        ),
        (
            "the drafts of one record, in memory",
            mib(MOST_DRAFTS_BYTES),
        ),
        ("levels of a record", DEEPEST.to_string()),
        ("values of a record", MOST_VALUES.to_string()),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
