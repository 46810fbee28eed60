//! Signed checkpoints.

use logs_domain::{LedgerCheckpoint, LedgerLog, PageLimit, StoreError, StoreResult};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{integer, log, node};
use crate::writing::Writer;
use crate::{SqliteStore, error};

const TABLE: &str = "ledger_checkpoint";

pub(crate) async fn store(
    store: &SqliteStore,
    log: &LedgerLog,
    checkpoint: &LedgerCheckpoint,
) -> StoreResult<()> {
    let mut writer = Writer::acquire(store).await?;
    let outcome = store_on(store, &mut writer.connection, log.as_str(), checkpoint).await;
    writer.give_back(&outcome);
    outcome
}

async fn store_on(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    tenant: &str,
    checkpoint: &LedgerCheckpoint,
) -> StoreResult<()> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(error::before_commit)?;
    let newest = newest(&mut transaction, tenant).await?;
    let (number, latest) = match newest {
        Some((_, latest)) if latest == *checkpoint => {
            transaction.rollback().await.map_err(error::before_commit)?;
            return store.place.check().map_err(error::moved_before_commit);
        }
        Some((number, latest)) => (number + 1, Some(latest.head())),
        None => (0, None),
    };
    let log_size = log::range(&mut transaction, tenant).await?.end();
    let size = checkpoint.head().size;
    let own_root = if size <= log_size {
        Some(node::root_at(&mut transaction, tenant, size).await?)
    } else {
        None
    };
    checkpoint.check(latest, log_size, |_| own_root)?;
    sqlx::query("INSERT INTO ledger_checkpoint (tenant_id, number, note) VALUES (?, ?, ?)")
        .bind(tenant.to_owned())
        .bind(number)
        .bind(checkpoint.note().to_owned())
        .execute(&mut *transaction)
        .await
        .map_err(error::before_commit)?;
    transaction.commit().await.map_err(error::commit)?;
    store.place.check().map_err(error::moved_after_commit)
}

pub(crate) async fn latest(
    store: &SqliteStore,
    log: &LedgerLog,
) -> StoreResult<Option<LedgerCheckpoint>> {
    let mut connection = store.readers.acquire().await.map_err(error::read)?;
    let newest = newest(&mut connection, log.as_str()).await?;
    Ok(newest.map(|(_, checkpoint)| checkpoint))
}

pub(crate) async fn list(
    store: &SqliteStore,
    log: &LedgerLog,
    skip: u64,
    limit: PageLimit,
) -> StoreResult<Vec<LedgerCheckpoint>> {
    // No checkpoint has a number that SQLite does not hold.
    let from = integer(skip, TABLE, "number").unwrap_or(i64::MAX);
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT number, note FROM ledger_checkpoint WHERE tenant_id = ? AND number >= ? \
         ORDER BY number LIMIT ?",
    )
    .bind(log.as_str().to_owned())
    .bind(from)
    .bind(i64::from(limit.get()))
    .fetch_all(&store.readers)
    .await
    .map_err(error::read)?;
    let rows = rows.into_iter().zip(from..);
    let checkpoints = rows.map(|((number, note), expected)| {
        if number != expected {
            return Err(inconsistent("number", expected));
        }
        parse(number, &note)
    });
    checkpoints.collect()
}

async fn newest(
    connection: &mut SqliteConnection,
    tenant: &str,
) -> StoreResult<Option<(i64, LedgerCheckpoint)>> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT number, note FROM ledger_checkpoint WHERE tenant_id = ? \
         ORDER BY number DESC LIMIT 1",
    )
    .bind(tenant.to_owned())
    .fetch_optional(connection)
    .await
    .map_err(error::read)?;
    row.map(|(number, note)| Ok((number, parse(number, &note)?)))
        .transpose()
}

fn parse(number: i64, note: &str) -> StoreResult<LedgerCheckpoint> {
    LedgerCheckpoint::parse(note).map_err(|_| inconsistent("note", number))
}

fn inconsistent(column: &'static str, number: i64) -> StoreError {
    StoreError::inconsistent(TABLE, column, number.to_string())
}
