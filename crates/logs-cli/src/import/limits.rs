//! `docs/limits.md` says what the constants of imports are.

use logs_import::MOST_DRAFTS_BYTES;
use logs_import::json::{DEEPEST, MOST_VALUES};
use logs_import::source::{MOST_BYTES, MOST_ROW_BYTES};

const LIMITS: &str = include_str!("../../../../docs/limits.md");

#[test]
fn the_table_of_imports_is_that_of_their_constants() {
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    for (what, limit) in [
        (
            "a line of NDJSON, a record of a JSON document",
            mib(MOST_BYTES),
        ),
        ("a row of CSV", mib(MOST_ROW_BYTES)),
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
