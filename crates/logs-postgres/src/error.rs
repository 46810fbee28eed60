//! What PostgreSQL says, in the words of the domain. Every SQLSTATE is mapped here: names of tables
//! and constraints are missing from errors on a cluster.

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::Error;

use crate::timeouts::{READ_STATEMENT, RETRY_AFTER};
use crate::{BACKEND, schema, server_message};

/// A failed step of an append, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    pub(crate) retry: Retry,
}

/// Whether an append is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// Another transaction was in the way: try again soon.
    Soon,
    /// The connection is of no use any more: try once on a fresh one.
    Fresh,
    /// There is no partition for the record time: make it and try again.
    Partition,
    /// The disk is full: try once more by looking first. What is stored already needs no room.
    Full,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self {
            error,
            retry: Retry::Never,
        }
    }
}

/// An error of a call that writes nothing.
pub(crate) fn read(error: Error) -> StoreError {
    mapped(error, WriteOutcome::NotApplied)
}

/// An error of a write before its commit: the transaction is rolled back.
pub(crate) fn before_commit(error: Error) -> Failure {
    failure(error, WriteOutcome::NotApplied)
}

/// An error of a commit. What the server refused is rolled back; when the connection broke, nobody
/// knows.
pub(crate) fn commit(error: Error) -> Failure {
    let outcome = match code(&error).as_deref() {
        Some("40001" | "40P01" | "25006") => WriteOutcome::NotApplied,
        _ => WriteOutcome::Unknown,
    };
    failure(error, outcome)
}

/// Whether a connection is of no use any more, for the server went away from it.
pub(crate) fn is_connection(error: &Error) -> bool {
    match code(error).as_deref() {
        Some("57P01" | "57P02" | "57P03") => true,
        Some(code) => code.starts_with("08"),
        None => matches!(error, Error::Io(_)),
    }
}

/// Whether a statement ended because its time was up.
pub(crate) fn is_statement_timeout(error: &Error) -> bool {
    code(error).as_deref() == Some("57014")
}

/// Whether a statement ended because another transaction held a lock for too long.
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    code(error).as_deref() == Some("55P03")
}

/// Whether the disk of the server has no room.
pub(crate) fn is_disk_full(error: &Error) -> bool {
    code(error).as_deref() == Some("53100")
}

/// Whether stored pages are not what they should be.
pub(crate) fn is_corruption(error: &Error) -> bool {
    matches!(code(error).as_deref(), Some("XX000" | "XX001" | "XX002"))
}

/// Whether a table or a schema is missing.
pub(crate) fn is_undefined(error: &Error) -> bool {
    matches!(code(error).as_deref(), Some("42P01" | "3F000"))
}

/// Data that no version of the store wrote.
pub(crate) fn inconsistent<T>(table: &'static str, column: &'static str) -> StoreResult<T> {
    Err(StoreError::inconsistent(table, column, ""))
}

fn failure(error: Error, write_outcome: WriteOutcome) -> Failure {
    let retry = match code(&error).as_deref() {
        _ if is_connection(&error) => Retry::Fresh,
        Some("40001" | "40P01") => Retry::Soon,
        Some("25006") => Retry::Fresh,
        Some("23514") => Retry::Partition,
        Some("53100") => Retry::Full,
        Some(_) | None => Retry::Never,
    };
    Failure {
        error: mapped(error, write_outcome),
        retry,
    }
}

fn mapped(error: Error, write_outcome: WriteOutcome) -> StoreError {
    let Some(code) = code(&error) else {
        let reason = "the connection failed";
        return unavailable(reason, write_outcome, error);
    };
    match code.as_str() {
        // A serialization failure, a deadlock, a lock that was not had in time, too many
        // connections: there is too much work at once.
        "40001" | "40P01" | "55P03" | "53300" => pushback(),
        "57014" => StoreError::Timeout {
            after: READ_STATEMENT,
            write_outcome,
        },
        "25006" => StoreError::ReadOnly,
        "57P01" | "57P02" | "57P03" => {
            unavailable("the server is starting or stopping", write_outcome, error)
        }
        "28000" | "28P01" => unavailable("the server refused the login", write_outcome, error),
        // Names of statements are those of a connection: somebody else has this session too.
        "26000" | "42P05" => {
            let reason = "a pooler mixes up prepared statements: connect to the server itself";
            unavailable(reason, write_outcome, error)
        }
        "3D000" => unavailable("there is no such database", write_outcome, error),
        "42P01" | "3F000" | "42883" | "42703" => StoreError::SchemaMismatch {
            found: "no schema of ours".to_owned(),
            expected: format!("{BACKEND} schema {}", schema::known()),
        },
        "53100" => backend("the disk is full", true, write_outcome, error),
        // The server stops over what its disk did not keep, and comes back by its log.
        "58030" => backend("the disk of the server fails", true, write_outcome, error),
        "42501" => backend("the role lacks a right", false, write_outcome, error),
        "LG001" => backend("the table is append-only", false, write_outcome, error),
        "LG002" => {
            let message = "a table has the name of a partition and is none: `logs doctor` names it";
            backend(message, false, write_outcome, error)
        }
        code if code.starts_with("08") => {
            unavailable("the connection failed", write_outcome, error)
        }
        code if code.starts_with("53") => {
            backend("the server lacks a resource", true, write_outcome, error)
        }
        code => {
            let message = format!("a statement was refused, SQLSTATE {code}");
            backend(&message, false, write_outcome, error)
        }
    }
}

/// There is too much work at once.
pub(crate) fn pushback() -> StoreError {
    StoreError::Pushback {
        retry_after: RETRY_AFTER,
    }
}

fn unavailable(reason: &str, write_outcome: WriteOutcome, error: Error) -> StoreError {
    StoreError::Unavailable {
        reason: reason.to_owned(),
        write_outcome,
        source: Some(server_message::source(error)),
    }
}

fn backend(
    message: &str,
    retryable: bool,
    write_outcome: WriteOutcome,
    error: Error,
) -> StoreError {
    StoreError::Backend {
        backend: BACKEND,
        message: message.to_owned(),
        retryable,
        write_outcome,
        source: Some(server_message::source(error)),
    }
}

fn code(error: &Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
