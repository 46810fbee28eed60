//! Maps errors of PostgreSQL to the domain, by SQLSTATE alone. On a cluster, errors lack the names
//! of tables and constraints.

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

/// Whether to retry an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    /// Another transaction blocked it: retry soon.
    Soon,
    /// The connection is broken: retry once on a fresh one.
    Fresh,
    /// The partition for the record time is missing: create it and retry.
    Partition,
    /// The disk is full: retry once, and look up the keys first. A stored batch needs no space.
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

/// The error of a call that writes nothing.
pub(crate) fn read(error: Error) -> StoreError {
    mapped(error, WriteOutcome::NotApplied)
}

/// The error of a write before its commit. The transaction is rolled back.
pub(crate) fn before_commit(error: Error) -> Failure {
    failure(error, WriteOutcome::NotApplied)
}

/// The error of a commit. If the server refused it, it is rolled back. If the connection broke, the
/// outcome is unknown.
pub(crate) fn commit(error: Error) -> Failure {
    let outcome = match code(&error).as_deref() {
        Some("40001" | "40P01" | "25006") => WriteOutcome::NotApplied,
        _ => WriteOutcome::Unknown,
    };
    failure(error, outcome)
}

/// Whether the connection is broken, because the server closed it.
pub(crate) fn is_connection(error: &Error) -> bool {
    match code(error).as_deref() {
        Some("57P01" | "57P02" | "57P03") => true,
        Some(code) => code.starts_with("08"),
        None => matches!(error, Error::Io(_)),
    }
}

/// Whether a statement exceeded its time limit.
pub(crate) fn is_statement_timeout(error: &Error) -> bool {
    code(error).as_deref() == Some("57014")
}

/// Whether a statement waited too long for a lock of another transaction.
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    code(error).as_deref() == Some("55P03")
}

/// Whether the disk of the server is full.
pub(crate) fn is_disk_full(error: &Error) -> bool {
    code(error).as_deref() == Some("53100")
}

/// Whether stored pages are damaged.
pub(crate) fn is_corruption(error: &Error) -> bool {
    matches!(code(error).as_deref(), Some("XX000" | "XX001" | "XX002"))
}

/// Whether a table or a schema is missing.
pub(crate) fn is_undefined(error: &Error) -> bool {
    matches!(code(error).as_deref(), Some("42P01" | "3F000"))
}

/// Stored data that no version of the store writes.
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
        // A serialization failure, a deadlock, a lock timeout, too many connections: there is too
        // much work at once.
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
        // Names of prepared statements belong to a session. Another client shares this one.
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
        // The server stops after a failed fsync, and recovers from its WAL.
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

/// The error for too much work at once.
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
