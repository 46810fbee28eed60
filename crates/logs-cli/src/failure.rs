//! Exit codes, and errors with a hint.

use std::io;
use std::process::ExitCode;

use logs_domain::{InvalidValue, StoreError};
use logs_store::ConnectError;

/// The result of a command. The number is the exit code of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// The command succeeded.
    Done = 0,
    /// The data prevents it: a bad record, a conflict, a missing record.
    Refused = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The store is unreachable or busy.
    Unavailable = 3,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

/// Why a command failed. Messages have one line, with a hint if the user can act.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit code 1.
    Refused(String),
    /// Exit code 2.
    Usage(String),
    /// Exit code 3.
    Unavailable(String),
    /// The reader of the output closed it. That is no error.
    BrokenPipe,
}

impl Failure {
    /// A failure because of the data.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    /// A failure because of the command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// The same failure for a file: its name, and what the command did before.
    pub(crate) fn within(self, file: &str, done: &str) -> Self {
        let within = |message: String| format!("{file}: {message} ({done})");
        match self {
            Self::Refused(message) => Self::Refused(within(message)),
            Self::Usage(message) => Self::Usage(within(message)),
            Self::Unavailable(message) => Self::Unavailable(within(message)),
            Self::BrokenPipe => Self::BrokenPipe,
        }
    }

    /// The message for the user; `None` if nobody reads the output.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Self::Refused(message) | Self::Usage(message) | Self::Unavailable(message) => {
                Some(message)
            }
            Self::BrokenPipe => None,
        }
    }

    /// The same failure with a further sentence.
    pub(crate) fn and_also(self, sentence: &str) -> Self {
        match self {
            Self::Refused(message) => Self::Refused(format!("{message}; {sentence}")),
            Self::Usage(message) => Self::Usage(format!("{message}; {sentence}")),
            Self::Unavailable(message) => Self::Unavailable(format!("{message}; {sentence}")),
            Self::BrokenPipe => Self::BrokenPipe,
        }
    }

    pub(crate) const fn status(&self) -> ExitStatus {
        match self {
            Self::Refused(_) => ExitStatus::Refused,
            Self::Usage(_) => ExitStatus::Usage,
            Self::Unavailable(_) => ExitStatus::Unavailable,
            Self::BrokenPipe => ExitStatus::Done,
        }
    }
}

impl Failure {
    /// The failure for this number of inconsistent records. Standard error names each.
    pub(crate) fn inconsistent(count: u64) -> Self {
        let records = if count == 1 { "record" } else { "records" };
        Self::Refused(format!("{count} {records} cannot be read; {ALTERED}"))
    }
}

/// The hint for inconsistent records.
const ALTERED: &str = "another program altered the store, see `logs doctor --deep`";

impl From<InvalidValue> for Failure {
    fn from(error: InvalidValue) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = with_sources(&error);
        match error {
            StoreError::InvalidArgument(_) => Self::Usage(message),
            StoreError::Conflict { .. }
            | StoreError::Gone { .. }
            | StoreError::LimitExceeded { .. }
            | StoreError::TooManyGroups { .. } => Self::Refused(message),
            StoreError::Inconsistent { .. } => Self::Refused(format!("{message}; {ALTERED}")),
            StoreError::SchemaMismatch { .. } => Self::Unavailable(format!(
                "{message}; `logs migrate` updates an older store, a newer store needs a newer `logs`"
            )),
            StoreError::Pushback { .. }
            | StoreError::Unavailable { .. }
            | StoreError::Timeout { .. }
            | StoreError::ReadOnly
            | StoreError::Backend { .. } => Self::Unavailable(message),
            // The error is non-exhaustive. A new variant counts as a failure of the store.
            _ => Self::Unavailable(message),
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::InvalidUrl { .. } => {
                Self::Usage(format!("{error} (--store, or LOGS_STORE_URL)"))
            }
            ConnectError::NotThere { .. } => Self::Unavailable(format!(
                "{error}; name it with --store or LOGS_STORE_URL, or make it with `logs migrate`"
            )),
            ConnectError::NotForBackend { reason } => Self::Usage(reason),
            ConnectError::Store(error) => error.into(),
            // Commands open a store of their own, so the other variants do not occur.
            ConnectError::NotInitialised | ConnectError::AlreadyInitialised | _ => {
                Self::Unavailable(error.to_string())
            }
        }
    }
}

impl From<io::Error> for Failure {
    /// For errors of the output.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Refused(format!("the output cannot be written: {error}"))
        }
    }
}

impl From<serde_json::Error> for Failure {
    /// For records that are written as JSON; only the output can fail.
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

/// The message of an error and of its causes.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use std::io;

    use logs_domain::{InvalidValue, StoreError};

    use super::{ExitStatus, Failure};

    #[test]
    fn each_trouble_has_its_exit_code() {
        let status = |error: StoreError| Failure::from(error).status();
        let invalid = InvalidValue::new("cursor", "x", "a cursor");
        assert_eq!(status(invalid.into()), ExitStatus::Usage);
        assert_eq!(
            status(StoreError::Conflict { records: vec![] }),
            ExitStatus::Refused
        );
        assert_eq!(status(StoreError::ReadOnly), ExitStatus::Unavailable);
        assert_eq!(status(StoreError::closed()), ExitStatus::Unavailable);
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(
            (failure.message(), failure.status()),
            (None, ExitStatus::Done)
        );
        let failure = Failure::from(io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(failure.status(), ExitStatus::Refused);
    }
}
