//! Sessions on the server: how they are opened, with which settings, and whose the one behind a
//! connection is: its own, or one that a pooler hands round.
//!
//! Each connection is opened with a mark of its own, a setting that only the server itself takes. A
//! pooler drops it, or hands out a session that has the mark of another connection.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use logs_domain::{InvalidValue, StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::error;
use crate::timeouts::{self, CONNECT};

/// Where names without a schema are looked for: nothing in `public`, and nothing temporary, stands in
/// for what the server itself has.
const SEARCH_PATH: &str = "pg_catalog,pg_temp";

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// For reading and writing.
    #[default]
    ReadWrite,
    /// For reading only: every transaction is, and appends fail with
    /// [`ReadOnly`](StoreError::ReadOnly). A server in recovery is enough.
    ReadOnly,
}

/// How the server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A socket of this machine.
    Unix,
    /// A network, or this machine as one. The driver leaves Nagle's algorithm on, so that what is
    /// written in two parts, as COPY is, waits up to 40 ms for an acknowledgement.
    Tcp,
}

impl Transport {
    pub(crate) fn of(settings: &PgConnectOptions) -> Self {
        if settings.get_socket().is_some() || settings.get_host().starts_with('/') {
            Self::Unix
        } else {
            Self::Tcp
        }
    }
}

/// Understands a URL; the error repeats nothing of it, since there may be a password in it.
pub(crate) fn parse(url: &str) -> StoreResult<PgConnectOptions> {
    url.parse().map_err(|_| {
        let expected =
            "postgres://USER@HOST:PORT/DATABASE, with what PostgreSQL's own clients take";
        StoreError::from(InvalidValue::new("url", "another text", expected))
    })
}

/// Opens a connection for work on the schema, and for looks at it: perhaps as a superuser, so that
/// no name may mean what somebody else put there.
pub(crate) async fn administer(url: &str) -> StoreResult<PgConnection> {
    let mut connection = connect(&parse(url)?).await?;
    // By a statement, since something between may drop what a connection is opened with.
    let pinned =
        "SET search_path = pg_catalog, pg_temp; SET timezone = 'UTC'; SET datestyle = 'ISO'";
    sqlx::raw_sql(pinned)
        .execute(&mut connection)
        .await
        .map_err(error::read)?;
    Ok(connection)
}

/// Opens one connection with the settings of the server.
async fn connect(settings: &PgConnectOptions) -> StoreResult<PgConnection> {
    let settings = settings.clone().disable_statement_logging();
    let connecting = tokio::time::timeout(CONNECT, settings.connect());
    match connecting.await {
        Ok(connected) => connected.map_err(error::read),
        Err(_) => Err(StoreError::Unavailable {
            reason: format!("the server did not answer within {} s", CONNECT.as_secs()),
            write_outcome: WriteOutcome::NotApplied,
            source: None,
        }),
    }
}

/// The settings of a session that the store works with.
pub(crate) fn settings(
    url: PgConnectOptions,
    access: Access,
    statement: Duration,
) -> PgConnectOptions {
    let millis = |duration: Duration| duration.as_millis().to_string();
    url.application_name("logs")
        .disable_statement_logging()
        .options([
            ("search_path", SEARCH_PATH.to_owned()),
            (
                "default_transaction_read_only",
                (access == Access::ReadOnly).to_string(),
            ),
            // That a wait for a standby was ended is told by a warning.
            ("client_min_messages", "warning".to_owned()),
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            // A generic plan expects a tenth of a list of a page. From some millions of records on it
            // seems worth compiling a page, or starting workers for it: a hundredfold of its time.
            ("jit", "off".to_owned()),
            ("max_parallel_workers_per_gather", "0".to_owned()),
            ("statement_timeout", millis(statement)),
            ("lock_timeout", millis(timeouts::LOCK)),
            (
                "idle_in_transaction_session_timeout",
                millis(timeouts::IDLE),
            ),
        ])
}

/// The setting that is the mark.
const MARK: &str = "logs.session";

/// What is behind a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session of its own, with the settings it was opened with.
    Own,
    /// A session that a pooler hands round, with settings that will do, and that keeps prepared
    /// statements apart.
    Kept,
    /// One that gives wrong answers, or lets transactions live for ever; and why.
    Refused(&'static str),
}

/// A connection and its mark.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) connection: PgConnection,
    mark: String,
}

/// Opens a connection with a mark.
pub(crate) async fn open(settings: &PgConnectOptions) -> StoreResult<Marked> {
    // Keys that are random for each process, and others for each call.
    let mark = format!("s{:016x}", RandomState::new().hash_one(MARK));
    let settings = settings.clone().options([(MARK, &mark)]);
    let connection = connect(&settings).await?;
    Ok(Marked { connection, mark })
}

impl Marked {
    /// Looks at what is behind the connection.
    pub(crate) async fn kind(&mut self) -> StoreResult<Kind> {
        let look = format!(
            "SELECT pg_catalog.current_setting('{MARK}', true), \
                 pg_catalog.current_setting('plan_cache_mode') = 'force_generic_plan' \
                 AND '0' NOT IN (pg_catalog.current_setting('idle_in_transaction_session_timeout'), \
                     pg_catalog.current_setting('statement_timeout'), \
                     pg_catalog.current_setting('lock_timeout')) \
                 AND pg_catalog.replace(pg_catalog.current_setting('search_path'), ' ', '') = '{}'",
            SEARCH_PATH
        );
        // Without a prepared statement: there may be another one of its name.
        let row = sqlx::raw_sql(AssertSqlSafe(look))
            .fetch_one(&mut self.connection)
            .await
            .map_err(error::read)?;
        let mark: Option<String> = row.try_get(0).map_err(error::read)?;
        let keeps_settings: bool = row.try_get(1).map_err(error::read)?;
        let mark = mark.unwrap_or_default();
        Ok(if !keeps_settings {
            Kind::Refused(
                "the session lacks the settings that it was opened with: connect to the server \
                 itself, not through a pooler that drops them",
            )
        } else if mark == self.mark {
            Kind::Own
        } else if !mark.is_empty() {
            Kind::Refused(
                "the session is that of another connection, which a pooler hands round: connect to \
                 the server itself",
            )
        } else if self.renames_statements().await {
            Kind::Kept
        } else {
            Kind::Refused(
                "a pooler hands sessions round and mixes up prepared statements, as pgbouncer did \
                 before 1.21: connect to the server itself",
            )
        })
    }

    /// Whether a pooler gives prepared statements names of its own. They are numbered from one on each
    /// connection, so that under their own names those of two are mixed up, and give wrong rows.
    async fn renames_statements(&mut self) -> bool {
        // The mark makes it a text that nobody else has.
        let own = format!(
            "SELECT name FROM pg_catalog.pg_prepared_statements \
             WHERE pg_catalog.strpos(statement, '{}') > 0",
            self.mark
        );
        let names = sqlx::query_scalar(AssertSqlSafe(own))
            .fetch_all(&mut self.connection)
            .await;
        // An error is that of a statement which another session has, or has not.
        let names: Vec<String> = names.unwrap_or_default();
        !names.is_empty() && !names.iter().any(|name| name.starts_with("sqlx"))
    }
}
