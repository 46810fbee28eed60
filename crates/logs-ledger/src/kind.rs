//! The words for the kinds of entries.

/// Words by number, from 1.
const NAMES: [&str; 8] = [
    "llm_run",
    "trace",
    "trace_step",
    "system_record",
    "audit_entry",
    "log_export",
    "log_export_outcome",
    "redaction",
];

/// The kind of the entries that record redactions.
pub const REDACTION_KIND: u16 = 8;

/// The word for the number of a kind, such as `llm_run` for 1; `None` for a number that has no word yet.
#[must_use]
pub fn kind_name(kind: u16) -> Option<&'static str> {
    let place = usize::from(kind).checked_sub(1)?;
    NAMES.get(place).copied()
}
