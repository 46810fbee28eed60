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
    /// For reading and writing; the file is made when there is none.
    #[default]
    ReadWrite,
    /// For reading only. Appends fail with [`ReadOnly`](logs_domain::StoreError::ReadOnly), and
    /// the file and its schema must be there.
    ReadOnly,
}

/// Opens one connection that changes nothing about the file: it may not be ours. For writing, the
/// file is made when there is none.
pub(crate) async fn connect(path: &Path, access: Access) -> StoreResult<SqliteConnection> {
    connection_options(path, access)
        .create_if_missing(access == Access::ReadWrite)
        .connect()
        .await
        .map_err(error::open)
}

/// Opens one connection to a file that has to be there.
pub(crate) async fn connect_existing(path: &Path, access: Access) -> StoreResult<SqliteConnection> {
    connection_options(path, access)
        .connect()
        .await
        .map_err(error::open)
}

/// Opens one connection that reads a file which may be damaged: definitions that cannot be understood
/// do not keep it from reading the others.
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
