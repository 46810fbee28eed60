//! The error of every port.

use std::error::Error;
use std::fmt::{self, Display};
use std::time::Duration;

use crate::{Cursor, InvalidValue, RecordKey};

/// The result of every method of a port.
pub type StoreResult<T> = Result<T, StoreError>;

/// How many records the message of [`StoreError::Conflict`] and [`StoreError::Gone`] lists.
const SHOWN_RECORDS: usize = 5;

/// Whether a failed write may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The store stored nothing of the call.
    NotApplied,
    /// The store stored the whole call or nothing of it. To find out, send the same append again, which
    /// is always safe.
    Unknown,
}

/// One record of a batch, in an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordReference {
    /// Its index in the batch, from 0.
    pub index: usize,
    /// Its kind and key.
    pub key: RecordKey,
}

/// Why a call to a store failed.
///
/// No message contains a secret, a connection string or data of another tenant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The method does not accept an argument. Or a cursor is malformed or belongs to another list or
    /// direction. Or the outcome of an export names no export.
    #[error("invalid argument: {0}")]
    InvalidArgument(#[from] InvalidValue),

    /// The keys of these records are stored with other content. The store stored nothing of the call.
    #[error("{} stored with other content: {}", plural(.records.len()), Listed(.records))]
    Conflict {
        /// Every conflicting record of the batch, in its order.
        records: Vec<RecordReference>,
    },

    /// Retention dropped the records with these keys. The store does not store them again, and stored
    /// nothing of the call.
    #[error("{} dropped by retention: {}", plural(.records.len()), Listed(.records))]
    Gone {
        /// Every such record of the batch, in its order.
        records: Vec<RecordReference>,
    },

    /// The call exceeds a limit of the store. An [`AppendBatch`](crate::AppendBatch) has limits of its own,
    /// so only a store with smaller limits refuses an append with this error. The memory, SQLite and
    /// PostgreSQL stores accept every batch.
    #[error("{limit} is {actual}, at most {maximum} is accepted")]
    LimitExceeded {
        /// The limited quantity, with its unit.
        limit: &'static str,
        /// The limit.
        maximum: u64,
        /// The value of the call.
        actual: u64,
    },

    /// The answer would have more groups than the limit.
    #[error(
        "more than {maximum} groups: ask for a shorter window, for fewer dimensions, or for fewer runs by a filter"
    )]
    TooManyGroups {
        /// The limit.
        maximum: u64,
    },

    /// The store is busy and did not begin the call. Send it again after `retry_after`.
    #[error("the store is busy, try again in {} ms", .retry_after.as_millis())]
    Pushback {
        /// How long to wait before the next try.
        retry_after: Duration,
    },

    /// The store is unreachable or closed.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// The reason, for an operator.
        reason: String,
        /// Whether a write may have landed.
        write_outcome: WriteOutcome,
        /// What the backend said.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },

    /// The call took longer than its deadline.
    #[error("no answer within {} ms", .after.as_millis())]
    Timeout {
        /// The deadline.
        after: Duration,
        /// Whether a write may have landed.
        write_outcome: WriteOutcome,
    },

    /// This program does not work with the schema of the store.
    #[error("the schema of the store is {found}, this version needs {expected}")]
    SchemaMismatch {
        /// The schema of the store.
        found: String,
        /// The schema of this program.
        expected: String,
    },

    /// Stored data breaks a rule of the store. Another program altered it, or the store has a fault. A list
    /// first returns the records before it, as a page that ends early. The next page is this error. The
    /// list continues past its [`place`](Self::place), in both directions.
    #[error("inconsistent data in {table}.{column} of {key}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The id of the record, if it is known.
        key: String,
        /// The position of the record in the list. The list continues after it, or before it for a page
        /// before a cursor. That page may be empty. `None` outside of lists, and for an unknown position.
        place: Option<Cursor>,
    },

    /// The store refuses writes, because its file or server is read-only.
    #[error("the store is read-only")]
    ReadOnly,

    /// Any other failure of the backend.
    #[error("the {backend} backend failed: {message}")]
    Backend {
        /// The backend.
        backend: &'static str,
        /// The failure, without any stored data.
        message: String,
        /// Whether the same call may succeed later.
        retryable: bool,
        /// Whether a write may have landed.
        write_outcome: WriteOutcome,
        /// What the backend said.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl StoreError {
    /// The error of every call after `close`.
    #[must_use]
    pub fn closed() -> Self {
        Self::Unavailable {
            reason: "it was closed".to_owned(),
            write_outcome: WriteOutcome::NotApplied,
            source: None,
        }
    }

    /// The error for a row of `table` whose `column` differs from what the store wrote.
    #[must_use]
    pub fn inconsistent(table: &'static str, column: &'static str, key: impl Into<String>) -> Self {
        Self::Inconsistent {
            table,
            column,
            key: key.into(),
            place: None,
        }
    }

    /// The kind of the error, as a stable word for counters and spans.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::InvalidArgument(_) => "invalid_argument",
            Self::Conflict { .. } => "conflict",
            Self::Gone { .. } => "gone",
            Self::LimitExceeded { .. } => "limit_exceeded",
            Self::TooManyGroups { .. } => "too_many_groups",
            Self::Pushback { .. } => "pushback",
            Self::Unavailable { .. } => "unavailable",
            Self::Timeout { .. } => "timeout",
            Self::SchemaMismatch { .. } => "schema_mismatch",
            Self::Inconsistent { .. } => "inconsistent",
            Self::ReadOnly => "read_only",
            Self::Backend { .. } => "backend",
        }
    }

    /// Adds the position of the record to an [`Inconsistent`](Self::Inconsistent).
    pub(crate) fn at(mut self, cursor: impl FnOnce() -> Cursor) -> Self {
        if let Self::Inconsistent { place, .. } = &mut self {
            *place = Some(cursor());
        }
        self
    }

    /// The position of an [`Inconsistent`](Self::Inconsistent) record. The list continues
    /// [past](crate::PageRequest::past) it.
    #[must_use]
    pub const fn place(&self) -> Option<&Cursor> {
        match self {
            Self::Inconsistent { place, .. } => place.as_ref(),
            Self::InvalidArgument(_)
            | Self::Conflict { .. }
            | Self::Gone { .. }
            | Self::LimitExceeded { .. }
            | Self::TooManyGroups { .. }
            | Self::Pushback { .. }
            | Self::Unavailable { .. }
            | Self::Timeout { .. }
            | Self::SchemaMismatch { .. }
            | Self::ReadOnly
            | Self::Backend { .. } => None,
        }
    }

    /// Whether the same call may succeed if the caller repeats it unchanged.
    ///
    /// It is always safe to send an append again. This method says whether it is useful.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Pushback { .. } | Self::Unavailable { .. } | Self::Timeout { .. } => true,
            Self::Backend { retryable, .. } => *retryable,
            Self::InvalidArgument(_)
            | Self::Conflict { .. }
            | Self::Gone { .. }
            | Self::LimitExceeded { .. }
            | Self::TooManyGroups { .. }
            | Self::SchemaMismatch { .. }
            | Self::Inconsistent { .. }
            | Self::ReadOnly => false,
        }
    }

    /// Whether a write that failed with this error may be stored.
    #[must_use]
    pub fn write_outcome(&self) -> WriteOutcome {
        match self {
            Self::Unavailable { write_outcome, .. }
            | Self::Timeout { write_outcome, .. }
            | Self::Backend { write_outcome, .. } => *write_outcome,
            Self::InvalidArgument(_)
            | Self::Conflict { .. }
            | Self::Gone { .. }
            | Self::LimitExceeded { .. }
            | Self::TooManyGroups { .. }
            | Self::Pushback { .. }
            | Self::SchemaMismatch { .. }
            | Self::Inconsistent { .. }
            | Self::ReadOnly => WriteOutcome::NotApplied,
        }
    }
}

fn plural(count: usize) -> String {
    if count == 1 {
        "1 record is".to_owned()
    } else {
        format!("{count} records are")
    }
}

struct Listed<'a>(&'a [RecordReference]);

impl Display for Listed<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, record) in self.0.iter().take(SHOWN_RECORDS).enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(formatter, "{comma}#{} {}", record.index, record.key)?;
        }
        match self.0.len().saturating_sub(SHOWN_RECORDS) {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests;
