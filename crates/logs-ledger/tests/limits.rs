//! `docs/limits.md` says what the constants of proofs are.

use logs_ledger::{
    MAX_ANSWERS, MAX_NOTE_BYTES, MAX_OLDER_CHECKPOINTS, MAX_PAYLOAD_BYTES, MAX_QUESTION_BYTES,
    MAX_TLOG_PROOF_BYTES,
};

const LIMITS: &str = include_str!("../../../docs/limits.md");

#[test]
fn the_table_of_proofs_is_that_of_their_constants() {
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    for (what, limit) in [
        (
            "the facts of an entry, and its content",
            mib(MAX_PAYLOAD_BYTES),
        ),
        (
            "older checkpoints of a bundle",
            MAX_OLDER_CHECKPOINTS.to_string(),
        ),
        (
            "the question of a selection",
            format!("{} KiB", MAX_QUESTION_BYTES >> 10),
        ),
        ("parts of such a question", MAX_ANSWERS.to_string()),
        ("a signed note", mib(MAX_NOTE_BYTES)),
        ("a receipt", mib(MAX_TLOG_PROOF_BYTES)),
    ] {
        let row = format!("| {what} | {limit} |");
        assert!(LIMITS.contains(&row), "docs/limits.md has no row {row}");
    }
}
