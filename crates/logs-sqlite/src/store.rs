//! Opening a store file.

use std::path::Path;
use std::sync::{Arc, Mutex};

use logs_domain::{StoreOptions, StoreResult};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use crate::connection::{Access, BUSY, connect, connection_options};
use crate::place::{self, Place};
use crate::pool::Connections;
use crate::{error, migrations};

/// Connections that read; SQLite reads beside a writer in WAL mode.
pub(crate) const READERS: u32 = 4;
/// Connections that count: apart from the readers, because an unfinished count is interrupted.
const COUNTERS: u32 = 2;
/// How many variables a statement takes when the library does not say otherwise.
const DEFAULT_VARIABLES: usize = 32_766;

/// The evidence store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) options: StoreOptions,
    /// Where its files are, and whether they are still the same.
    pub(crate) place: Arc<Place>,
    /// The connection that opened the file. It stays open without being used: as long as it does,
    /// nobody makes the log beside the file anew but by force.
    pub(crate) first: Mutex<Option<SqliteConnection>>,
    /// One connection: SQLite has one writer at a time, and waiting here is fairer than there.
    pub(crate) writer: Connections,
    pub(crate) readers: Connections,
    pub(crate) counters: Connections,
    /// How many variables a statement takes.
    pub(crate) variables: usize,
}

impl SqliteStore {
    /// Opens the store in the file at `path`, for reading and writing. The file is made when there
    /// is none, and the schema is applied when it is not there yet. A relative path starts from the
    /// working directory of this moment; a later change of it changes nothing.
    ///
    /// While it is open, every call looks whether the file and its log are still those that were
    /// opened. One that was removed or replaced is
    /// [`Unavailable`](logs_domain::StoreError::Unavailable), until it is back in its place.
    ///
    /// # Errors
    /// [`Unavailable`](logs_domain::StoreError::Unavailable) when the file cannot be opened or is
    /// no store of ours, [`SchemaMismatch`](logs_domain::StoreError::SchemaMismatch) when a newer
    /// version made it, [`Pushback`](logs_domain::StoreError::Pushback) when another process holds
    /// its lock for more than five seconds.
    pub async fn open(path: impl AsRef<Path>, options: StoreOptions) -> StoreResult<Self> {
        Self::open_with(path, Access::ReadWrite, options).await
    }

    /// Opens the store in the file at `path`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(
        path: impl AsRef<Path>,
        access: Access,
        options: StoreOptions,
    ) -> StoreResult<Self> {
        let path = &place::absolute(path.as_ref())?;
        let before = Place::at(path);
        let mut first = connect(path, access).await?;
        migrations::prepare(&mut first, access).await?;
        if access == Access::ReadWrite {
            migrations::write_ahead(&mut first).await?;
        }
        // From its first read on, a connection has the log open.
        migrations::require(&mut first).await?;
        let variables = variables(&mut first).await?;
        let place = Arc::new(Place::note(path, before)?);

        let connection = connection_options(path, access);
        let writer = pool(1).connect_lazy_with(durable(connection.clone(), access));
        // A sum over many runs sorts them, which a second thread helps with.
        let reading = connection
            .pragma("query_only", "ON")
            .pragma("threads", "1")
            .pragma("cache_size", "-16000");
        let readers = pool(READERS).connect_lazy_with(reading.clone());
        let counters = pool(COUNTERS)
            .after_release(|connection, _| {
                Box::pin(async {
                    // The next count brings its own deadline.
                    connection.lock_handle().await?.remove_progress_handler();
                    Ok(true)
                })
            })
            .connect_lazy_with(reading);
        let checked = |pool| Connections::new(pool, Arc::clone(&place));
        Ok(Self {
            options,
            writer: checked(writer),
            readers: checked(readers),
            counters: checked(counters),
            place,
            first: Mutex::new(Some(first)),
            variables,
        })
    }
}

/// What was acknowledged is on the disk: the log is synced at every commit.
fn durable(options: SqliteConnectOptions, access: Access) -> SqliteConnectOptions {
    match access {
        Access::ReadWrite => options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full),
        Access::ReadOnly => options,
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(BUSY)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

async fn variables(connection: &mut SqliteConnection) -> StoreResult<usize> {
    let options: Vec<String> =
        sqlx::query_scalar("SELECT compile_options FROM pragma_compile_options")
            .fetch_all(connection)
            .await
            .map_err(error::read)?;
    let named = options
        .iter()
        .find_map(|option| option.strip_prefix("MAX_VARIABLE_NUMBER="));
    Ok(named
        .and_then(|number| number.parse().ok())
        .unwrap_or(DEFAULT_VARIABLES))
}
