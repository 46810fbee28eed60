//! Kinds of records, as the table of keys numbers them.

use logs_domain::RecordKind;

/// The number of a kind in the table of keys.
pub(crate) const fn number(kind: RecordKind) -> i16 {
    match kind {
        RecordKind::LlmRun => 1,
        RecordKind::Trace => 2,
        RecordKind::TraceStep => 3,
        RecordKind::SystemRecord => 4,
        RecordKind::AuditEntry => 5,
        RecordKind::LogExport => 6,
        RecordKind::LogExportOutcome => 7,
    }
}
