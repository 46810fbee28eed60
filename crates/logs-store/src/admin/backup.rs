//! Backups of a store.

use std::path::Path;

use logs_domain::Timestamp;

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// A description of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// Its size in bytes.
    pub bytes: u64,
    /// The number of its records, of all tenants and of the platform.
    pub records: u64,
    /// The newest time that the store used for an append or returned as settled.
    pub latest: Timestamp,
    /// The faults of the copy. If there are any, the store is damaged, and there is no file.
    pub faults: Vec<String>,
}

/// Writes a copy of the store to a new file at `target`, while others write to the store. The copy is a store of
/// the same backend. It holds every append that was acknowledged before the call. The call checks the whole
/// copy, syncs it to the disk and then gives it its name. It replaces no file.
///
/// # Errors
/// As [`connect`](crate::connect), [`ConnectError::NotThere`], and [`ConnectError::NotForBackend`] for
/// backends with their own tools, or without durable data.
pub async fn backup(url: &str, target: &Path) -> Result<Backup, ConnectError> {
    #[cfg(not(feature = "sqlite"))]
    let _ = target;
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => Err(ConnectError::NotForBackend {
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
        StoreUrl::Sqlite { path, .. } => {
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
