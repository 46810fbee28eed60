//! Opens sessions on the server, with their settings. Detects whether a session belongs to this
//! connection, or a pooler shares it.
//!
//! The store opens each connection with a unique mark, a setting that only the server itself keeps.
//! A pooler drops it, or returns a session with the mark of another connection.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use logs_domain::{InvalidValue, StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::error;
use crate::timeouts::{self, CONNECT};

/// The schemas for names without a schema. So no object in `public` and no temporary object can
/// replace one of the server.
const SEARCH_PATH: &str = "pg_catalog,pg_temp";

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// For reading and writing.
    #[default]
    ReadWrite,
    /// For reading only. Every transaction is read-only, and appends fail with
    /// [`ReadOnly`](StoreError::ReadOnly). A server in recovery suffices.
    ReadOnly,
}

/// The transport to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A Unix socket of this machine.
    Unix,
    /// TCP. The driver does not disable Nagle's algorithm. So COPY, which writes in two parts,
    /// waits up to 40 ms for an acknowledgement.
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

/// Parses a URL. The error repeats no part of it, because it may contain a password.
pub(crate) fn parse(url: &str) -> StoreResult<PgConnectOptions> {
    url.parse().map_err(|_| {
        let expected =
            "postgres://USER@HOST:PORT/DATABASE, with what PostgreSQL's own clients take";
        StoreError::from(InvalidValue::new("url", "another text", expected))
    })
}

/// Opens a connection for migrations and checks, perhaps as a superuser. No name may refer to an
/// object of another role.
pub(crate) async fn administer(url: &str) -> StoreResult<PgConnection> {
    let mut connection = connect(&parse(url)?).await?;
    // By a statement, because a pooler may drop the startup options of a connection.
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

/// The settings of a session of the store.
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
            // The server reports an ended wait for a standby only in a warning.
            ("client_min_messages", "warning".to_owned()),
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            // A generic plan estimates a tenth of the list for each page. Above some millions of
            // records, the planner then uses JIT or parallel workers, which take a hundred times as
            // long.
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

/// The kind of session behind a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session of its own, with the settings of its start.
    Own,
    /// A session that a pooler shares. Its settings suffice, and the pooler renames prepared
    /// statements.
    Kept,
    /// A session that gives wrong answers or lets transactions live for ever, with the reason.
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
    // Keys are random for each process, and differ for each call.
    let mark = format!("s{:016x}", RandomState::new().hash_one(MARK));
    let settings = settings.clone().options([(MARK, &mark)]);
    let connection = connect(&settings).await?;
    Ok(Marked { connection, mark })
}

impl Marked {
    /// Determines the kind of session behind the connection.
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
        // Without a prepared statement, because another client's may have the same name.
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
                "the session belongs to another connection, because a pooler shares it: connect to the \
                 server itself",
            )
        } else if self.renames_statements().await {
            Kind::Kept
        } else {
            Kind::Refused(
                "a pooler shares sessions and mixes up prepared statements, as pgbouncer did before \
                 1.21: connect to the server itself",
            )
        })
    }

    /// Whether a pooler renames prepared statements. Each connection numbers them from one. If two
    /// connections share a session under the same names, they get each other's rows.
    async fn renames_statements(&mut self) -> bool {
        // The mark makes the text unique.
        let own = format!(
            "SELECT name FROM pg_catalog.pg_prepared_statements \
             WHERE pg_catalog.strpos(statement, '{}') > 0",
            self.mark
        );
        let names = sqlx::query_scalar(AssertSqlSafe(own))
            .fetch_all(&mut self.connection)
            .await;
        // An error means that the statement belongs to another session, or is missing.
        let names: Vec<String> = names.unwrap_or_default();
        !names.is_empty() && !names.iter().any(|name| name.starts_with("sqlx"))
    }
}
