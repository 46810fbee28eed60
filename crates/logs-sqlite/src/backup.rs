//! Backups of a store, made while other programs write.

use std::fs::File;
use std::io;
use std::path::Path;

use logs_domain::{InvalidValue, StoreError, StoreResult, Timestamp, WriteOutcome};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::{TempDir, TempPath};

use crate::clock::{self, RECORD_TABLES};
use crate::connection::{Access, connect_existing};
use crate::place::{self, Place, beside};
use crate::{SqliteStore, error, migrations};

/// How many faults of a copy the result lists.
const FAULTS: usize = 20;

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
    /// The faults that SQLite found in the copy. If there are any, the store is damaged, and there
    /// is no file.
    pub faults: Vec<String>,
}

impl SqliteStore {
    /// Writes a copy of the store at `path` to a new file at `target`. The copy is a store. It
    /// holds every append that was acknowledged before the call, and no partial append. Other
    /// programs may write meanwhile. The WAL grows until the copy is complete.
    ///
    /// The call makes the copy in a temporary folder beside `target`, checks the whole copy and
    /// syncs it to the disk. Only then it gives the copy its name. It replaces no file. The copy
    /// has the permissions of the store.
    ///
    /// # Errors
    /// [`InvalidArgument`](StoreError::InvalidArgument) if `target` or the name of its WAL exists,
    /// and the errors of [`doctor`](Self::doctor).
    pub async fn backup(path: impl AsRef<Path>, target: impl AsRef<Path>) -> StoreResult<Backup> {
        let (path, target) = (
            &place::absolute(path.as_ref())?,
            &place::absolute(target.as_ref())?,
        );
        free(target)?;
        let mut store = connect_existing(path, Access::ReadOnly).await?;
        if migrations::current(&mut store).await? == 0 {
            migrations::require(&mut store).await?;
        }
        let place = Place::note(path, None)?;
        let folder = temporary(target).map_err(unwritable)?;
        let copy = &folder.0.path().join("copy.db");
        let name = copy.to_str().ok_or_else(|| not_text(target))?;
        sqlx::query("VACUUM INTO ?")
            .bind(name)
            .execute(&mut store)
            .await
            .map_err(error::read)?;
        // A copy of a file that is not the store any more is no backup. While the store is open
        // here, no other program removes the WAL when it closes the store.
        place.check().map_err(error::moved_before_commit)?;
        store.close().await.map_err(error::read)?;

        let backup = check(copy).await?;
        if !backup.faults.is_empty() {
            return Ok(backup);
        }
        let permissions = std::fs::metadata(path).map_err(unwritable)?.permissions();
        std::fs::set_permissions(copy, permissions).map_err(unwritable)?;
        File::open(copy)
            .and_then(|file| file.sync_all())
            .map_err(unwritable)?;
        free(target)?;
        TempPath::try_from_path(copy)
            .map_err(unwritable)?
            .persist_noclobber(target)
            .map_err(|error| {
                if error.error.kind() == io::ErrorKind::AlreadyExists {
                    taken(target)
                } else {
                    unwritable(error.error)
                }
            })?;
        sync_folder(target).map_err(unwritable)?;
        Ok(backup)
    }
}

/// Checks a copy, and sets the journal mode of stores. No connection has it open afterwards.
async fn check(copy: &Path) -> StoreResult<Backup> {
    let mut connection = connect_existing(copy, Access::ReadWrite).await?;
    let faults = faults(&mut connection).await?;
    let mut backup = Backup {
        bytes: 0,
        records: 0,
        latest: Timestamp::MIN,
        faults,
    };
    if backup.faults.is_empty() {
        for table in RECORD_TABLES {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            let records: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_one(&mut connection)
                .await
                .map_err(error::read)?;
            backup.records += records.unsigned_abs();
        }
        (backup.latest, _) = clock::marks(&mut connection).await?;
        migrations::write_ahead(&mut connection).await?;
    }
    connection.close().await.map_err(error::read)?;
    backup.bytes = std::fs::metadata(copy).map_err(unwritable)?.len();
    Ok(backup)
}

/// The faults that SQLite finds in a whole file.
async fn faults(connection: &mut SqliteConnection) -> StoreResult<Vec<String>> {
    let sql = format!("PRAGMA integrity_check({FAULTS})");
    let mut said: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
    said.retain(|line| line != "ok");
    Ok(said)
}

/// Checks that the file of a backup does not exist, and no file that SQLite would take for its WAL.
fn free(target: &Path) -> StoreResult<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let path = beside(target, suffix);
        if path.symlink_metadata().is_ok() {
            return Err(taken(&path));
        }
    }
    Ok(())
}

/// A folder that the value removes on drop, with its content.
struct Folder(TempDir);

impl Drop for Folder {
    fn drop(&mut self) {
        // If a caller drops the call, SQLite may still create files while the folder is emptied. It
        // creates two at most, so a few attempts suffice.
        for _ in 0..10 {
            if std::fs::remove_dir_all(self.0.path()).is_ok() || !self.0.path().exists() {
                break;
            }
        }
    }
}

/// A private folder beside the target. SQLite creates its own files beside the file that it writes.
fn temporary(target: &Path) -> io::Result<Folder> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".logs-backup-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // SQLite lets everybody read its files. The call sets the permissions when the copy is
        // complete.
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    let folder = builder.tempdir_in(target.parent().unwrap_or(target))?;
    Ok(Folder(folder))
}

/// A name is durable only after a sync of its folder. Some systems cannot sync folders.
fn sync_folder(target: &Path) -> io::Result<()> {
    match target.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

fn taken(path: &Path) -> StoreError {
    InvalidValue::new("target", path.display(), "the path of no file yet").into()
}

fn not_text(path: &Path) -> StoreError {
    InvalidValue::new("target", path.display(), "a path in UTF-8").into()
}

fn unwritable(error: io::Error) -> StoreError {
    StoreError::Unavailable {
        reason: "the backup cannot be written".to_owned(),
        write_outcome: WriteOutcome::NotApplied,
        source: Some(Box::new(error)),
    }
}
