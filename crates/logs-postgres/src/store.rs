//! Connecting to a store.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use logs_domain::{InvalidValue, StoreError, StoreOptions, StoreResult};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use crate::partitions::{self, Months};
use crate::pool::Pool;
use crate::timestamps::Timestamps;
use crate::{clock, error, migrations, preflight};

/// How long the server works on a statement of a read.
pub(crate) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the server works on a statement of an append.
pub(crate) const APPEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a statement waits for a lock.
pub(crate) const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a transaction may do nothing.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
pub(crate) const WRITERS: u32 = 4;
pub(crate) const READERS: u32 = 4;
/// What is asked of an index is read in its order. A generic plan does not know how many records a
/// tenant, a trace or an entity has: it guesses a handful, and would rather read and sort all of them
/// for each page. Reads that no index answers in their order allow sorts for themselves.
const IN_ORDER: [(&str, &str); 1] = [("enable_sort", "off")];

/// Where names without a schema are looked for: nothing in `public`, and nothing temporary, stands in
/// for what the server itself has.
pub(crate) const SEARCH_PATH: &str = "pg_catalog,pg_temp";

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
    fn of(settings: &PgConnectOptions) -> Self {
        if settings.get_socket().is_some() || settings.get_host().starts_with('/') {
            Self::Unix
        } else {
            Self::Tcp
        }
    }
}

/// The evidence store in PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    pub(crate) options: StoreOptions,
    pub(crate) writers: Pool,
    pub(crate) readers: Pool,
    pub(crate) transport: Transport,
    pub(crate) timestamps: Timestamps,
    /// Whether the last append met keys that were there already: the next one expects some.
    pub(crate) repeated: AtomicBool,
    pub(crate) months: Months,
}

impl PostgresStore {
    /// Connects to the database that `url` names, whose schema must be there, and makes the
    /// partitions of this month and the next two.
    ///
    /// # Errors
    /// [`InvalidArgument`](StoreError::InvalidArgument) when it is no URL,
    /// [`Unavailable`](StoreError::Unavailable) when the server cannot be reached,
    /// [`SchemaMismatch`](StoreError::SchemaMismatch) when the schema is missing, too old or so new
    /// that it no longer serves this version, [`Unavailable`](StoreError::Unavailable) also when a
    /// promise could not be kept: the server may lose what it acknowledged, the role may change
    /// records, the clock is more than 5 s from that of the server, or something between drops the
    /// settings of sessions.
    pub async fn connect(url: &str, options: StoreOptions) -> StoreResult<Self> {
        Self::connect_with(url, Access::ReadWrite, options).await
    }

    /// Connects as [`connect`](Self::connect); for reading only, nothing is made.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(
        url: &str,
        access: Access,
        options: StoreOptions,
    ) -> StoreResult<Self> {
        let settings = parse(url)?;
        let writing = session(settings.clone(), access, APPEND_TIMEOUT);
        let durable = access == Access::ReadWrite && !options.accept_volatile_server;
        let mut first = preflight::open(&writing, durable).await?;
        migrations::require(&mut first).await?;
        if access == Access::ReadWrite {
            clock::accept(&mut first, &*options.clock).await?;
            preflight::accept_role(&mut first).await?;
            // By the clock of the server: the one that was injected is for records.
            partitions::ensure_at_start(&mut first).await?;
        }
        first.close().await.map_err(error::read)?;
        Ok(Self {
            options,
            transport: Transport::of(&settings),
            writers: Pool::new(WRITERS, writing, durable),
            readers: Pool::new(
                READERS,
                session(settings, access, STATEMENT_TIMEOUT).options(IN_ORDER),
                false,
            ),
            timestamps: Timestamps::default(),
            repeated: AtomicBool::new(false),
            months: Months::default(),
        })
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
pub(crate) async fn connect(settings: &PgConnectOptions) -> StoreResult<PgConnection> {
    let settings = settings.clone().disable_statement_logging();
    let connecting = tokio::time::timeout(Duration::from_secs(5), settings.connect());
    match connecting.await {
        Ok(connected) => connected.map_err(error::read),
        Err(_) => Err(StoreError::Unavailable {
            reason: "the server did not answer within 5 s".to_owned(),
            write_outcome: logs_domain::WriteOutcome::NotApplied,
            source: None,
        }),
    }
}

/// The settings of a session that the store works with.
pub(crate) fn session(
    settings: PgConnectOptions,
    access: Access,
    statement: Duration,
) -> PgConnectOptions {
    let millis = |duration: Duration| duration.as_millis().to_string();
    settings
        .application_name("logs")
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
            ("lock_timeout", millis(LOCK_TIMEOUT)),
            ("idle_in_transaction_session_timeout", millis(IDLE_TIMEOUT)),
        ])
}
