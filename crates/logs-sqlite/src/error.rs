//! Maps errors of SQLite to the domain, by result code.

use std::time::Duration;

use logs_domain::{StoreError, WriteOutcome};
use sqlx::Error;

use crate::BACKEND;
use crate::place::Moved;
use crate::sqlite_message::{extended_code, source};

/// How long a caller should wait after `Pushback`.
const RETRY_AFTER: Duration = Duration::from_millis(500);

// Primary result codes, from https://sqlite.org/rescode.html.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const INTERRUPT: i32 = 9;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

/// The error of opening a file.
pub(crate) fn open(error: Error) -> StoreError {
    match code(&error) {
        Some(CANTOPEN) => unavailable("the file cannot be opened", error),
        Some(NOTADB) => unavailable("the file is not an SQLite database", error),
        _ => mapped(error, WriteOutcome::NotApplied),
    }
}

/// The error of a call that writes nothing.
pub(crate) fn read(error: Error) -> StoreError {
    mapped(error, WriteOutcome::NotApplied)
}

/// The error of a write before its commit. The transaction is rolled back.
pub(crate) fn before_commit(error: Error) -> StoreError {
    mapped(error, WriteOutcome::NotApplied)
}

/// The error of a commit. SQLite rolls back if it could not sync. After an error of the disk
/// itself, the outcome is unknown.
pub(crate) fn commit(error: Error) -> StoreError {
    let outcome = match code(&error) {
        Some(BUSY | LOCKED | READONLY | FULL) => WriteOutcome::NotApplied,
        _ => WriteOutcome::Unknown,
    };
    mapped(error, outcome)
}

/// The error of a call that found a moved file before it wrote anything.
pub(crate) fn moved_before_commit(moved: Moved) -> StoreError {
    moved.into_error(WriteOutcome::NotApplied)
}

/// The error of a call that found a moved file after its commit.
pub(crate) fn moved_after_commit(moved: Moved) -> StoreError {
    moved.into_error(WriteOutcome::Unknown)
}

/// Whether a statement ended because it was interrupted.
pub(crate) fn is_interrupt(error: &Error) -> bool {
    code(error) == Some(INTERRUPT)
}

/// Whether a statement ended because a sum is beyond 64 bits. The code is one of many errors.
pub(crate) fn is_overflow(error: &Error) -> bool {
    let said = error.as_database_error().map(|error| error.message());
    said == Some("integer overflow")
}

/// The error about sums beyond what even halves of columns hold: 2^31 runs of the largest cost, and more.
pub(crate) fn overflow() -> StoreError {
    StoreError::Backend {
        backend: BACKEND,
        message: "a sum is beyond what SQLite holds".to_owned(),
        retryable: false,
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    }
}

fn mapped(error: Error, write_outcome: WriteOutcome) -> StoreError {
    let backend = |message: &str, retryable, error| StoreError::Backend {
        backend: BACKEND,
        message: message.to_owned(),
        retryable,
        write_outcome,
        source: Some(source(error)),
    };
    if matches!(error, Error::PoolClosed) {
        return StoreError::closed();
    }
    if matches!(error, Error::PoolTimedOut) {
        return StoreError::Pushback {
            retry_after: RETRY_AFTER,
        };
    }
    if let Some(moved) = moved(&error) {
        return StoreError::Unavailable {
            reason: moved.to_string(),
            write_outcome,
            source: None,
        };
    }
    match code(&error) {
        Some(BUSY | LOCKED) => StoreError::Pushback {
            retry_after: RETRY_AFTER,
        },
        Some(READONLY) => StoreError::ReadOnly,
        Some(FULL) => backend("the disk or the file is full", true, error),
        Some(IOERR) => backend("the disk failed", true, error),
        Some(CORRUPT) => backend("the file is damaged", false, error),
        Some(NOTADB) => backend("the file is not an SQLite database", false, error),
        Some(CANTOPEN) => StoreError::Unavailable {
            reason: "the file cannot be opened".to_owned(),
            write_outcome,
            source: Some(source(error)),
        },
        Some(_) => backend("a statement was refused", false, error),
        None => backend("the connection failed", true, error),
    }
}

/// The missing file of the store, if that is the error.
fn moved(error: &Error) -> Option<&Moved> {
    let Error::Io(error) = error else {
        return None;
    };
    error.get_ref()?.downcast_ref()
}

fn unavailable(reason: &str, error: Error) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
        write_outcome: WriteOutcome::NotApplied,
        source: Some(source(error)),
    }
}

/// The primary result code: the low byte of the extended one.
fn code(error: &Error) -> Option<i32> {
    Some(extended_code(error)? & 0xff)
}
