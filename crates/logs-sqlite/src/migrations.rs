//! Migrations. The first use applies them in one transaction, one process at a time.

use std::path::Path;

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::connection::{Access, connect};
use crate::{BACKEND, error};

/// The application id in the header of the file: "LOGS".
const APPLICATION_ID: i64 = 0x4C4F_4753;

/// Every step, in order. The number of a step is its position, from 1.
const STEPS: &[(&str, &str)] = &[
    (
        "0001_records",
        include_str!("../migrations/0001_records.sql"),
    ),
    (
        "0002_append_only",
        include_str!("../migrations/0002_append_only.sql"),
    ),
    ("0003_ledger", include_str!("../migrations/0003_ledger.sql")),
];

/// The version of the schema of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The number of the newest applied step; 0 for an empty file.
    pub current: u64,
    /// The number of the newest step that this version knows.
    pub known: u64,
    /// The names of the missing steps.
    pub pending: Vec<String>,
}

impl crate::SqliteStore {
    /// Applies the missing steps to the file at `path`, and returns their names. It creates a
    /// missing file.
    ///
    /// # Errors
    /// As [`open`](crate::SqliteStore::open).
    pub async fn migrate(path: impl AsRef<Path>) -> StoreResult<Vec<String>> {
        let mut connection = connect(path.as_ref(), Access::ReadWrite).await?;
        let applied = prepare(&mut connection, Access::ReadWrite).await?;
        connection.close().await.map_err(error::read)?;
        Ok(applied)
    }

    /// Returns the version of the schema of the file at `path`, and changes nothing.
    ///
    /// # Errors
    /// As [`open`](crate::SqliteStore::open), and if there is no file.
    pub async fn schema_status(path: impl AsRef<Path>) -> StoreResult<SchemaStatus> {
        let mut connection = connect(path.as_ref(), Access::ReadOnly).await?;
        let current = current(&mut connection).await?;
        connection.close().await.map_err(error::read)?;
        let pending = STEPS
            .iter()
            .skip(usize::try_from(current).unwrap_or(usize::MAX));
        let pending = pending.map(|(name, _)| (*name).to_owned()).collect();
        Ok(SchemaStatus {
            current,
            known: known(),
            pending,
        })
    }
}

/// The number of the newest step that this version knows.
pub(crate) const fn known() -> u64 {
    STEPS.len() as u64
}

/// Checks that the file is a store, applies the missing steps and returns their names.
pub(crate) async fn prepare(
    connection: &mut SqliteConnection,
    access: Access,
) -> StoreResult<Vec<String>> {
    let found = current(connection).await?;
    if found == known() {
        return Ok(Vec::new());
    }
    if access == Access::ReadOnly {
        return Err(mismatch(found));
    }
    write_ahead(connection).await?;
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(error::before_commit)?;
    // Another process may have been faster.
    let found = current(&mut transaction).await?;
    let missing = STEPS
        .iter()
        .skip(usize::try_from(found).unwrap_or(usize::MAX));
    let mut applied = Vec::new();
    for (name, sql) in missing {
        sqlx::raw_sql(*sql)
            .execute(&mut *transaction)
            .await
            .map_err(error::before_commit)?;
        applied.push((*name).to_owned());
    }
    let marks = format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {}",
        known()
    );
    sqlx::raw_sql(AssertSqlSafe(marks))
        .execute(&mut *transaction)
        .await
        .map_err(error::before_commit)?;
    transaction.commit().await.map_err(error::commit)?;
    Ok(applied)
}

/// Applies this number of steps to an empty database.
pub(crate) async fn apply(connection: &mut SqliteConnection, steps: u64) -> StoreResult<()> {
    let steps = usize::try_from(steps).unwrap_or(usize::MAX);
    for (_, sql) in STEPS.iter().take(steps) {
        sqlx::raw_sql(*sql)
            .execute(&mut *connection)
            .await
            .map_err(error::read)?;
    }
    Ok(())
}

/// Sets WAL mode. The mode is part of the file, and a transaction cannot change it.
pub(crate) async fn write_ahead(connection: &mut SqliteConnection) -> StoreResult<()> {
    sqlx::raw_sql("PRAGMA journal_mode = WAL")
        .execute(connection)
        .await
        .map(drop)
        .map_err(error::read)
}

/// Checks that the file has the schema of this version.
pub(crate) async fn require(connection: &mut SqliteConnection) -> StoreResult<()> {
    let found = current(connection).await?;
    if found == known() {
        return Ok(());
    }
    Err(mismatch(found))
}

/// The number of the newest applied step of a store, or 0 for an empty file.
pub(crate) async fn current(connection: &mut SqliteConnection) -> StoreResult<u64> {
    let (application, version, tables): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT application_id FROM pragma_application_id), \
         (SELECT user_version FROM pragma_user_version), (SELECT COUNT(*) FROM sqlite_schema)",
    )
    .fetch_one(connection)
    .await
    .map_err(error::open)?;
    if application == 0 && version == 0 && tables == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(StoreError::Unavailable {
            reason: "the file is an SQLite database of another application".to_owned(),
            write_outcome: WriteOutcome::NotApplied,
            source: None,
        });
    }
    match u64::try_from(version) {
        Ok(version) if version <= known() => Ok(version),
        _ => Err(mismatch(version.unsigned_abs())),
    }
}

fn mismatch(found: u64) -> StoreError {
    StoreError::SchemaMismatch {
        found: format!("{BACKEND} schema {found}"),
        expected: format!("{BACKEND} schema {}", known()),
    }
}
