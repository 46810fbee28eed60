//! Migrations. Only a command applies them, one step in a transaction, one process at a time.

mod index;
mod own;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use self::index::Index;
use self::own::Refusal;
pub(crate) use self::own::{current, kept_from};
use crate::schema::{self, STEPS, Step};
use crate::{BACKEND, error, server_message, session};

/// The number of the migrator's advisory lock: "LOGS".
const LOCK: i64 = 0x4C4F_4753;
/// How long a migrator waits for another one.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it waits between two attempts.
const POLL: Duration = Duration::from_millis(100);

/// How often it retries a step whose table is locked.
const RETRIES: u32 = 10;
/// How long it leaves the table to other sessions between two attempts, because they wait behind
/// its lock.
const PAUSE: Duration = Duration::from_secs(1);

/// The version of the schema of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaStatus {
    /// The number of the newest applied step; 0 for a database without any. It may be newer than
    /// this program, if the schema serves it.
    pub current: u64,
    /// The number of the newest step that this version knows.
    pub known: u64,
    /// The names of the missing steps.
    pub pending: Vec<String>,
}

impl crate::PostgresStore {
    /// Applies the missing steps, creates the partitions of this month and the next two, and
    /// returns the names of the steps. A step that waits for a table blocks other sessions for at
    /// most 2 s at a time. The role needs the rights to create roles and a schema. The connection
    /// must be direct, without a pooler. An interrupted step leaves nothing, or an invalid index
    /// that the next run builds again. It runs no code that members of `logs_owner` could have put
    /// into the schema.
    ///
    /// # Errors
    /// - [`Unavailable`](StoreError::Unavailable) if the server is unreachable.
    /// - [`SchemaMismatch`](StoreError::SchemaMismatch) if a newer schema does not serve this program,
    ///   or another role put code on tables of the migrator.
    /// - [`Pushback`](StoreError::Pushback) if another migrator does not finish in time.
    pub async fn migrate(url: &str) -> StoreResult<Vec<String>> {
        let mut connection = session::administer(url).await?;
        lock(&mut connection).await?;
        let applied = match apply(&mut connection, STEPS).await {
            Ok(applied) => own::make_partitions(&mut connection)
                .await
                .map(|()| applied),
            Err(error) => Err(error),
        };
        // The lock ends with the connection.
        connection.close().await.map_err(error::read)?;
        applied
    }

    /// Returns the version of the schema, and changes nothing.
    ///
    /// # Errors
    /// As [`migrate`](Self::migrate).
    pub async fn schema_status(url: &str) -> StoreResult<SchemaStatus> {
        let mut connection = session::administer(url).await?;
        let found = current(&mut connection).await?;
        connection.close().await.map_err(error::read)?;
        let pending = STEPS.iter().skip(found.applied(STEPS)?);
        Ok(SchemaStatus {
            current: found.version,
            known: schema::known(),
            pending: pending.map(|step| step.name.to_owned()).collect(),
        })
    }
}

/// Checks that this program works with the schema.
pub(crate) async fn require(connection: &mut PgConnection) -> StoreResult<()> {
    let found = current(connection).await?;
    if found.serves() {
        return Ok(());
    }
    Err(found.mismatch())
}

/// Takes the lock of migrators by polling. A session that waits for a lock inside the server would
/// block the index build of the lock's owner.
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

/// Applies the missing steps and returns their names.
async fn apply(connection: &mut PgConnection, steps: &[Step]) -> StoreResult<Vec<String>> {
    let found = current(connection).await?.applied(steps)?;
    let mut applied = Vec::new();
    for (place, next) in steps.iter().enumerate().skip(found) {
        let Step {
            name,
            sql,
            serves_from,
        } = next;
        let note = format!(
            "INSERT INTO logs.schema_migration (version, name, applied_at, serves_from) \
             VALUES ({}, '{name}', now(), {serves_from})",
            place + 1
        );
        let mut tried = 0;
        while let Err(refusal) = step(connection, sql, &note).await {
            match refusal {
                Refusal::Foreign(found) => return Err(own::foreign_code(found)),
                Refusal::Server(error) if tried == RETRIES || !error::is_lock_timeout(&error) => {
                    return Err(failed(name, error));
                }
                Refusal::Server(_) => {}
            }
            tried += 1;
            tokio::time::sleep(PAUSE).await;
        }
        applied.push((*name).to_owned());
    }
    Ok(applied)
}

/// Applies one step and records it.
async fn step(connection: &mut PgConnection, sql: &'static str, note: &str) -> Result<(), Refusal> {
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
    own::note(&mut transaction, note).await?;
    Ok(transaction.commit().await?)
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
        source: Some(server_message::source(error)),
    }
}
