//! The schema: applied by a command of its own, one step a transaction, by one process at a time.

mod index;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use self::index::Index;
use crate::{BACKEND, error, open};

/// The number of the lock that a migrator holds: "LOGS".
const LOCK: i64 = 0x4C4F_4753;
/// How long a migrator waits for another one.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it waits between two tries.
const POLL: Duration = Duration::from_millis(100);

/// How often a step is tried again when others use a table that it needs.
const RETRIES: u32 = 10;
/// How long it leaves the table to them in between: those who came later wait behind it.
const PAUSE: Duration = Duration::from_secs(1);

/// The name of a step, and what it does.
type Step = (&'static str, &'static str);

/// Every step, in order; the number of a step is its place, from 1.
const STEPS: &[Step] = &[
    ("0001_roles", include_str!("../migrations/0001_roles.sql")),
    (
        "0002_records",
        include_str!("../migrations/0002_records.sql"),
    ),
    (
        "0003_append_only",
        include_str!("../migrations/0003_append_only.sql"),
    ),
    (
        "0004_partitions",
        include_str!("../migrations/0004_partitions.sql"),
    ),
    (
        "0005_reporting",
        include_str!("../migrations/0005_reporting.sql"),
    ),
    (
        "0006_settled",
        include_str!("../migrations/0006_settled.sql"),
    ),
];

/// How far the schema of a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The number of the newest step that is applied; 0 for a database without any.
    pub current: u64,
    /// The number of the newest step that this version knows.
    pub known: u64,
    /// The names of the steps that are not applied yet.
    pub pending: Vec<String>,
}

impl crate::PostgresStore {
    /// Applies what is missing of the schema, makes the partitions of this month and the next two,
    /// and names the steps that were applied. A step waits for tables that others use, without
    /// keeping still others from them for more than 2 s at a time. The role needs the rights to
    /// create roles and a schema; the connection must be a direct one, not a pooler's. A step that breaks off leaves nothing of
    /// itself, or an invalid index that the next run builds anew.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) when the server cannot be reached,
    /// [`SchemaMismatch`](StoreError::SchemaMismatch) when the schema is newer than this version
    /// knows, [`Pushback`](StoreError::Pushback) when another migrator is at work for long.
    pub async fn migrate(url: &str) -> StoreResult<Vec<String>> {
        let mut connection = open::connect(&open::parse(url)?).await?;
        lock(&mut connection).await?;
        let applied = match apply(&mut connection, STEPS).await {
            Ok(applied) => {
                let ensured = sqlx::raw_sql("SELECT logs.ensure_partitions(now())")
                    .execute(&mut connection)
                    .await;
                ensured.map(|_| applied).map_err(error::read)
            }
            Err(error) => Err(error),
        };
        // The lock ends with the connection.
        connection.close().await.map_err(error::read)?;
        applied
    }

    /// Tells how far the schema is, and changes nothing.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn schema_status(url: &str) -> StoreResult<SchemaStatus> {
        let mut connection = open::connect(&open::parse(url)?).await?;
        let current = current(&mut connection).await?;
        connection.close().await.map_err(error::read)?;
        let applied = usize::try_from(current).unwrap_or(usize::MAX);
        let pending = STEPS.iter().skip(applied);
        Ok(SchemaStatus {
            current,
            known: known(),
            pending: pending.map(|(name, _)| (*name).to_owned()).collect(),
        })
    }
}

/// The number of the newest step that this version knows.
pub(crate) const fn known() -> u64 {
    STEPS.len() as u64
}

/// Checks that the schema is the one that this version knows.
pub(crate) async fn require(connection: &mut PgConnection) -> StoreResult<()> {
    let found = current(connection).await?;
    if found == known() {
        return Ok(());
    }
    Err(mismatch(found))
}

/// The number of the newest step that is applied.
pub(crate) async fn current(connection: &mut PgConnection) -> StoreResult<u64> {
    current_of(connection, known()).await
}

/// The number of the newest step that is applied, of so many that are known.
async fn current_of(connection: &mut PgConnection, known: u64) -> StoreResult<u64> {
    let found = sqlx::query_scalar!(
        "SELECT COALESCE(MAX(version), 0) AS \"version!\" FROM logs.schema_migration"
    )
    .fetch_one(connection)
    .await;
    let version = match found {
        Ok(version) => version,
        Err(error) if error::is_undefined(&error) => 0,
        Err(error) => return Err(error::read(error)),
    };
    match u64::try_from(version) {
        Ok(version) if version <= known => Ok(version),
        _ => Err(mismatch(u64::from(version.unsigned_abs()))),
    }
}

/// Takes the lock of migrators. It is polled: a session that waits inside the server for a lock
/// would hold up the building of indexes by the one that has it.
async fn lock(connection: &mut PgConnection) -> StoreResult<()> {
    let started = Instant::now();
    loop {
        let locked = sqlx::query_scalar!("SELECT pg_try_advisory_lock($1) AS \"locked!\"", LOCK)
            .fetch_one(&mut *connection)
            .await
            .map_err(error::read)?;
        if locked {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            return Err(StoreError::Pushback {
                retry_after: PATIENCE,
            });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Applies what is missing, and names it.
async fn apply(connection: &mut PgConnection, steps: &[Step]) -> StoreResult<Vec<String>> {
    let found = current_of(connection, steps.len() as u64).await?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    let mut applied = Vec::new();
    for (place, (name, sql)) in steps.iter().enumerate().skip(found) {
        let note = format!(
            "INSERT INTO logs.schema_migration (version, name, applied_at) \
             VALUES ({}, '{name}', now())",
            place + 1
        );
        let mut tried = 0;
        while let Err(error) = step(connection, sql, &note).await {
            if tried == RETRIES || !error::is_lock_timeout(&error) {
                return Err(failed(name, error));
            }
            tried += 1;
            tokio::time::sleep(PAUSE).await;
        }
        applied.push((*name).to_owned());
    }
    Ok(applied)
}

/// One step, and the note that it is applied.
async fn step(
    connection: &mut PgConnection,
    sql: &'static str,
    note: &str,
) -> Result<(), sqlx::Error> {
    let index = Index::parse(sql);
    if let Some(index) = &index {
        index.build(connection).await?;
    }
    let mut transaction = connection.begin().await?;
    let settings = "SET LOCAL lock_timeout = '2s'; SET LOCAL client_min_messages = 'warning'";
    sqlx::raw_sql(settings).execute(&mut *transaction).await?;
    if index.is_none() {
        sqlx::raw_sql(sql).execute(&mut *transaction).await?;
    }
    sqlx::raw_sql(AssertSqlSafe(note.to_owned()))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

fn failed(name: &str, error: sqlx::Error) -> StoreError {
    if error.as_database_error().is_none() {
        return error::read(error);
    }
    StoreError::Backend {
        backend: BACKEND,
        message: format!("migration {name} was refused, nothing of it is applied"),
        retryable: true,
        write_outcome: WriteOutcome::NotApplied,
        source: Some(Box::new(error)),
    }
}

fn mismatch(found: u64) -> StoreError {
    StoreError::SchemaMismatch {
        found: format!("{BACKEND} schema {found}"),
        expected: format!("{BACKEND} schema {}", known()),
    }
}
