//! Connections to a store file.

use std::path::Path;
use std::time::Duration;

use logs_domain::StoreResult;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::error;

/// How long a call waits for the lock of another writer, in this process or another.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// How a store file is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// For reading and writing. SQLite creates a missing file.
    #[default]
    ReadWrite,
    /// For reading only. Appends fail with [`ReadOnly`](logs_domain::StoreError::ReadOnly). The
    /// file and its schema must exist.
    ReadOnly,
}

/// Opens one connection that changes nothing in the file, because the file may belong to another
/// application. For writing, SQLite creates a missing file.
pub(crate) async fn connect(path: &Path, access: Access) -> StoreResult<SqliteConnection> {
    connection_options(path, access)
        .create_if_missing(access == Access::ReadWrite)
        .connect()
        .await
        .map_err(error::open)
}

/// Opens one connection to an existing file.
pub(crate) async fn connect_existing(path: &Path, access: Access) -> StoreResult<SqliteConnection> {
    connection_options(path, access)
        .connect()
        .await
        .map_err(error::open)
}

/// Opens one connection to a file that may be damaged. SQLite reads the valid definitions and
/// ignores the others.
pub(crate) async fn connect_to_look(path: &Path) -> StoreResult<SqliteConnection> {
    connection_options(path, Access::ReadOnly)
        .pragma("writable_schema", "ON")
        .connect()
        .await
        .map_err(error::open)
}

pub(crate) fn connection_options(path: &Path, access: Access) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .read_only(access == Access::ReadOnly)
        .disable_statement_logging()
}
