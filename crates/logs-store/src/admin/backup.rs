//! A copy of a store.

use std::path::Path;

use logs_domain::Timestamp;

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// How many bytes it has.
    pub bytes: u64,
    /// How many records it holds, of all tenants and of the platform.
    pub records: u64,
    /// The newest time that the store had given out, to an append or as settled.
    pub latest: Timestamp,
    /// What was found wrong with the copy; the store is damaged then, and no file was made.
    pub faults: Vec<String>,
}

/// Writes a copy of the store to a new file at `target`, while others write to the store. The copy
/// is a store of the same kind, holds all that was acknowledged before the call, and was checked as a
/// whole. It gets its name when it is complete and on the disk, and replaces no file.
///
/// # Errors
/// As [`connect`](crate::connect), [`ConnectError::NotThere`], and [`ConnectError::NotForBackend`] for
/// backends that have their own tools, or nothing that outlives the process.
pub async fn backup(url: &str, target: &Path) -> Result<Backup, ConnectError> {
    #[cfg(not(feature = "sqlite"))]
    let _ = target;
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Err(ConnectError::NotForBackend {
            reason: "a store in memory has no backup: nothing of it outlives the process"
                .to_owned(),
        }),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(_) => Err(ConnectError::NotForBackend {
            reason: "PostgreSQL is backed up with its own tools: `pg_dump` for the database, or \
                     `pg_basebackup` for the server"
                .to_owned(),
        }),
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite(path) => {
            let backup = logs_sqlite::SqliteStore::backup(existing(path)?, target).await?;
            Ok(Backup {
                bytes: backup.bytes,
                records: backup.records,
                latest: backup.latest,
                faults: backup.faults,
            })
        }
    }
}
