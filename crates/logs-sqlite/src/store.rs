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

/// Connections for reads. In WAL mode, SQLite reads beside a writer.
pub(crate) const READERS: u32 = 4;
/// Connections for counts. They are separate, because the store interrupts an unfinished count.
const COUNTERS: u32 = 2;
/// The default number of variables in a statement.
const DEFAULT_VARIABLES: usize = 32_766;

/// The evidence store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) options: StoreOptions,
    /// The files of the store, to check that they are the opened ones.
    pub(crate) place: Arc<Place>,
    /// The connection that opened the file. It stays open and unused. While it is open, no other
    /// program recreates the WAL, except by force.
    pub(crate) first: Mutex<Option<SqliteConnection>>,
    /// One connection, because SQLite has one writer at a time. A wait here is fairer than one in
    /// SQLite.
    pub(crate) writer: Connections,
    pub(crate) readers: Connections,
    pub(crate) counters: Connections,
    /// The most variables in a statement.
    pub(crate) variables: usize,
}

impl SqliteStore {
    /// Opens the store in the file at `path`, for reading and writing. It creates a missing file
    /// and applies the schema. It resolves a relative path once, so a later change of the working
    /// directory has no effect.
    ///
    /// Every call checks that the file and its WAL are the opened ones. After somebody removed or
    /// replaced them, calls fail with [`Unavailable`](logs_domain::StoreError::Unavailable), until
    /// the files are back.
    ///
    /// # Errors
    /// - [`Unavailable`](logs_domain::StoreError::Unavailable) if the file does not open or is no store.
    /// - [`SchemaMismatch`](logs_domain::StoreError::SchemaMismatch) if a newer version created it.
    /// - [`Pushback`](logs_domain::StoreError::Pushback) if another process holds its lock for more than
    ///   five seconds.
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
        // A connection has the WAL open from its first read on.
        migrations::require(&mut first).await?;
        let variables = variables(&mut first).await?;
        let place = Arc::new(Place::note(path, before)?);

        let connection = connection_options(path, access);
        let writer = pool(1).connect_lazy_with(durable(connection.clone(), access));
        // No pragma here may read the file, such as `cache_size` does: it would make a new WAL where somebody
        // removed that of the store.
        let reading = connection.pragma("query_only", "ON");
        let readers = pool(READERS).connect_lazy_with(reading.clone());
        let counters = pool(COUNTERS)
            .after_release(|connection, _| {
                Box::pin(async {
                    // The next count sets its own deadline.
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

/// Acknowledged appends are on the disk, because SQLite syncs the WAL at every commit.
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
