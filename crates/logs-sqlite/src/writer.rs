//! Appends: one immediate transaction each.

mod check;
mod insert;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsWriter, OnConflict, PlatformBatch, PlatformWriter,
    PortMethod, RecordId, RecordOutcome, StoreError, StoreResult, TenantId, Timestamp,
};
use logs_sql::append::{self, Owner};
use sqlx::Connection;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqliteConnection};

use crate::{SqliteStore, clock, error, observed};

#[async_trait]
impl LogsWriter for SqliteStore {
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let call = append(self, Owner::Tenant(tenant), batch, on_conflict);
        observed(PortMethod::Append, call).await
    }
}

#[async_trait]
impl PlatformWriter for SqliteStore {
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let call = append(self, Owner::Platform, batch.as_batch(), on_conflict);
        observed(PortMethod::AppendPlatform, call).await
    }
}

/// A draft with the id under which it is stored.
type Identified<'a> = (&'a Draft, RecordId);

async fn append(
    store: &SqliteStore,
    owner: Owner<'_>,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    let mut writer = Writer::acquire(store).await?;
    let outcome = append_on(store, &mut writer.connection, owner, batch, on_conflict).await;
    writer.give_back(&outcome);
    outcome
}

async fn append_on(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(error::before_commit)?;
    // An id is a hash of several fields: made once for each record.
    let ids = batch.drafts().iter().map(|draft| owner.stored_id(draft));
    let ids: Vec<RecordId> = ids.collect::<StoreResult<_>>()?;
    let fates = check::fates(store, &mut transaction, owner, batch, &ids, on_conflict).await?;
    let records = batch.drafts().iter().zip(ids.iter().copied());
    let new: Vec<Identified<'_>> = records
        .zip(&fates)
        .filter(|(_, fate)| fate.outcome == RecordOutcome::Stored)
        .map(|(record, _)| record)
        .collect();
    let mut created_at = Timestamp::MIN;
    if new.is_empty() {
        // Nothing was written: there is nothing to make durable.
        transaction.rollback().await.map_err(error::before_commit)?;
        store.place.check().map_err(error::moved_before_commit)?;
    } else {
        created_at = stamp(store, &mut transaction).await?;
        insert::all(store, &mut transaction, owner, &new, created_at).await?;
        transaction.commit().await.map_err(error::commit)?;
        // It is in the file that was opened; whether that is the store any more is another matter.
        store.place.check().map_err(error::moved_after_commit)?;
    }
    Ok(append::receipt(batch, &ids, &fates, created_at))
}

/// The connection that writes, for one call.
struct Writer {
    connection: PoolConnection<Sqlite>,
}

impl Writer {
    /// Takes the connection, waiting for it as long as a call may.
    async fn acquire(store: &SqliteStore) -> StoreResult<Self> {
        let connection = store.writer.acquire().await.map_err(error::before_commit)?;
        Ok(Self { connection })
    }

    /// Gives the connection back. After an error of SQLite it is closed: on a full disk SQLite
    /// ends the transaction by itself, and the connection would go on as if it were open.
    fn give_back<T>(mut self, outcome: &StoreResult<T>) {
        let is_sound = matches!(
            outcome,
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::InvalidArgument(_))
        );
        if !is_sound {
            self.connection.close_on_drop();
        }
    }
}

/// Takes a time below which nothing will be stored any more.
pub(crate) async fn settle(store: &SqliteStore) -> StoreResult<Timestamp> {
    let mut writer = Writer::acquire(store).await?;
    let outcome = settle_on(store, &mut writer.connection).await;
    writer.give_back(&outcome);
    outcome
}

async fn settle_on(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
) -> StoreResult<Timestamp> {
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(error::before_commit)?;
    let now = stamp(store, &mut transaction).await?;
    transaction.commit().await.map_err(error::commit)?;
    store.place.check().map_err(error::moved_after_commit)?;
    Ok(now)
}

/// The time now, never before one that was given out, by whichever process. A clock that is far
/// behind that one is refused: the transaction must not be committed then.
async fn stamp(store: &SqliteStore, connection: &mut SqliteConnection) -> StoreResult<Timestamp> {
    let now = store.options.clock.now();
    let latest: i64 =
        sqlx::query_scalar("UPDATE store_clock SET latest = MAX(latest, ?) RETURNING latest")
            .bind(now.as_micros())
            .fetch_one(&mut *connection)
            .await
            .map_err(error::before_commit)?;
    let latest = clock::time(latest)?;
    clock::not_ahead(&*store.options.clock, now, latest)?;
    Ok(latest)
}
