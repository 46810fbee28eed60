//! Opening a store.

use std::sync::atomic::AtomicBool;

use logs_domain::{StoreOptions, StoreResult};
use sqlx::Connection;

use crate::options::PostgresOptions;
use crate::partitions::{self, Months};
use crate::pool::Pool;
use crate::session::{self, Access, Transport};
use crate::timeouts::{APPEND_STATEMENT, READ_STATEMENT};
use crate::timestamps::Timestamps;
use crate::{clock, error, migrations, preflight};

pub(crate) const WRITERS: u32 = 4;
pub(crate) const READERS: u32 = 4;
/// Forces reads in the order of an index. A generic plan does not know the number of records of a
/// tenant, a trace or an entity. It estimates a handful, and would read and sort all of them for
/// each page. Reads without such an index enable sorts for themselves.
const IN_ORDER: [(&str, &str); 1] = [("enable_sort", "off")];

/// The evidence store in PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    pub(crate) options: StoreOptions,
    pub(crate) writers: Pool,
    pub(crate) readers: Pool,
    pub(crate) transport: Transport,
    pub(crate) timestamps: Timestamps,
    /// Whether the last append found stored keys, so the next one expects some.
    pub(crate) repeated: AtomicBool,
    pub(crate) months: Months,
}

impl PostgresStore {
    /// Connects to the database at `url`, whose schema must exist. Creates the partitions of this
    /// month and the next two.
    ///
    /// # Errors
    /// - [`InvalidArgument`](logs_domain::StoreError::InvalidArgument) for a malformed URL.
    /// - [`Unavailable`](logs_domain::StoreError::Unavailable) if the server is unreachable or may lose
    ///   acknowledged records. Also if the role may change records, if the clock is more than 5 s from
    ///   the server's, or if a pooler drops the settings of sessions.
    /// - [`SchemaMismatch`](logs_domain::StoreError::SchemaMismatch) if the schema is missing or too old,
    ///   or if it is newer and does not serve this program.
    pub async fn connect(
        url: &str,
        options: impl Into<PostgresOptions> + Send,
    ) -> StoreResult<Self> {
        Self::connect_with(url, Access::ReadWrite, options).await
    }

    /// Connects as [`connect`](Self::connect). For reading only, it creates nothing.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_with(
        url: &str,
        access: Access,
        options: impl Into<PostgresOptions> + Send,
    ) -> StoreResult<Self> {
        let PostgresOptions {
            store: options,
            accept_volatile_server,
        } = options.into();
        let settings = session::parse(url)?;
        let writing = session::settings(settings.clone(), access, APPEND_STATEMENT);
        let durable = access == Access::ReadWrite && !accept_volatile_server;
        let mut first = preflight::open(&writing, durable).await?;
        migrations::require(&mut first).await?;
        if access == Access::ReadWrite {
            clock::accept(&mut first, &*options.clock).await?;
            preflight::accept_role(&mut first).await?;
            // By the clock of the server. The injected clock is for records.
            partitions::ensure_at_start(&mut first).await?;
        }
        first.close().await.map_err(error::read)?;
        Ok(Self {
            options,
            transport: Transport::of(&settings),
            writers: Pool::new(WRITERS, writing, durable),
            readers: Pool::new(
                READERS,
                session::settings(settings, access, READ_STATEMENT).options(IN_ORDER),
                false,
            ),
            timestamps: Timestamps::default(),
            repeated: AtomicBool::new(false),
            months: Months::default(),
        })
    }
}
