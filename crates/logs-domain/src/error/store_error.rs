//! The error of every port.

use std::error::Error;
use std::fmt::{self, Display};
use std::time::Duration;

use crate::{Cursor, InvalidValue, RecordKey};

/// What every port returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// How many records the message of [`StoreError::Conflict`] and [`StoreError::Gone`] spells out.
const SHOWN_RECORDS: usize = 5;

/// Whether a write that ended in an error may have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// Nothing of the call was stored.
    NotApplied,
    /// The whole call was stored, or nothing of it; which one is not known. Sending the same
    /// append again is safe and tells.
    Unknown,
}

/// One record of a batch, in an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordReference {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Its kind and key.
    pub key: RecordKey,
}

/// Why a call to a store failed.
///
/// No message holds a secret, a connection string or anything of another tenant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// An argument is outside what the method accepts, a cursor is malformed or belongs to
    /// another list, or an export's outcome names no export.
    #[error("invalid argument: {0}")]
    InvalidArgument(#[from] InvalidValue),

    /// Records with the keys of these are stored with other content. Nothing of the call was
    /// stored.
    #[error("{} stored with other content: {}", plural(.records.len()), Listed(.records))]
    Conflict {
        /// Every conflicting record of the batch, in its order.
        records: Vec<RecordReference>,
    },

    /// Records with the keys of these were stored once and dropped by retention; they are not
    /// stored again. Nothing of the call was stored.
    #[error("{} dropped by retention: {}", plural(.records.len()), Listed(.records))]
    Gone {
        /// Every such record of the batch, in its order.
        records: Vec<RecordReference>,
    },

    /// The call is larger than the store takes. An [`AppendBatch`](crate::AppendBatch) that exists
    /// keeps its own limits, so that only a store which takes fewer records refuses an append so; the
    /// memory, SQLite and PostgreSQL stores take every batch.
    #[error("{limit} is {actual}, at most {maximum} is accepted")]
    LimitExceeded {
        /// What is limited, with its unit.
        limit: &'static str,
        /// The limit.
        maximum: u64,
        /// What the call asked for.
        actual: u64,
    },

    /// The answer would have more groups than one may.
    #[error(
        "more than {maximum} groups: ask for a shorter window, for fewer dimensions, or for fewer runs by a filter"
    )]
    TooManyGroups {
        /// The limit.
        maximum: u64,
    },

    /// The store is busy; the call was not begun. Send it again after `retry_after`.
    #[error("the store is busy, try again in {} ms", .retry_after.as_millis())]
    Pushback {
        /// How long to wait before the next try.
        retry_after: Duration,
    },

    /// The store cannot be reached, or was closed.
    #[error("the store is unavailable: {reason}")]
    Unavailable {
        /// Why, in words for an operator.
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

    /// The stored schema is not one that this version knows.
    #[error("the schema of the store is {found}, this version needs {expected}")]
    SchemaMismatch {
        /// What the store holds.
        found: String,
        /// What this version works with.
        expected: String,
    },

    /// Stored data breaks a rule of the store: it was altered from outside, or there is a fault.
    /// A list gives the records before such a one as a page that ends early, then this error, and
    /// goes on past its [`place`](Self::place), forwards and backwards.
    #[error("inconsistent data in {table}.{column} of {key}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The id of the record, as far as it can be told.
        key: String,
        /// The place of the record in the list, which the list goes on after, or before when it was
        /// read backwards; the page there may be empty. None outside of lists, and where the place
        /// cannot be told.
        place: Option<Cursor>,
    },

    /// The store takes no writes: its file or server is read-only.
    #[error("the store is read-only")]
    ReadOnly,

    /// The backend failed in a way that has no name of its own.
    #[error("the {backend} backend failed: {message}")]
    Backend {
        /// Which backend.
        backend: &'static str,
        /// What happened, without any data.
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

    /// The error about a row of `table` whose `column` is not what the store wrote.
    #[must_use]
    pub fn inconsistent(table: &'static str, column: &'static str, key: impl Into<String>) -> Self {
        Self::Inconsistent {
            table,
            column,
            key: key.into(),
            place: None,
        }
    }

    /// What kind of error it is, as a word that stays: for counters and spans.
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

    /// The same error about a record at this place, when it is about a record.
    pub(crate) fn at(mut self, cursor: impl FnOnce() -> Cursor) -> Self {
        if let Self::Inconsistent { place, .. } = &mut self {
            *place = Some(cursor());
        }
        self
    }

    /// The place of an [`Inconsistent`](Self::Inconsistent) record: the list goes on
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

    /// Whether the same call may succeed when it is sent again unchanged.
    ///
    /// Sending an append again is always safe; this tells whether it makes sense.
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

    /// Whether a write that ended in this error may have been applied.
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
