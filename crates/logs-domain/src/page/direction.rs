//! Which way a list goes.

use super::ReadMethod;

/// Which way a list goes through time. Each way is the exact reverse of the other, records of equal
/// times included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Oldest first; the steps of a trace from the first on.
    Ascending,
    /// Newest first; the steps of a trace from the last on.
    Descending,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

impl ReadMethod {
    /// The way that a list goes when none is asked for: lists newest first; windows, look-ups by
    /// correlation and steps oldest first.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::GetTraceSteps
            | Self::GetReplayWindowEvents
            | Self::GetSystemRecordByCorrelation
            | Self::GetSystemRecordsInWindow => Direction::Ascending,
            Self::ListLlmRuns
            | Self::ListTraces
            | Self::ListTraceSteps
            | Self::ListSystemRecords
            | Self::ListAuditEntries
            | Self::GetGovernanceEvents
            | Self::ListLogExports => Direction::Descending,
        }
    }
}
