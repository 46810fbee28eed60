//! Appends: one immediate transaction each.

mod check;
mod insert;

use logs_domain::{
    AppendBatch, AppendReceipt, OnConflict, PlatformBatch, RecordId, RecordOutcome, StoreResult,
    TenantId, Timestamp,
};
use logs_sql::append::{self, Owner};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use crate::ledger::append::New;
use crate::writing::Writer;
use crate::{SqliteStore, clock, error, ledger};

pub(crate) async fn append(
    store: &SqliteStore,
    tenant: &TenantId,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    append_for(store, Owner::Tenant(tenant), batch, on_conflict).await
}

pub(crate) async fn append_platform(
    store: &SqliteStore,
    batch: &PlatformBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    append_for(store, Owner::Platform, batch.as_batch(), on_conflict).await
}

async fn append_for(
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
    // An id is a hash of several fields, so the call computes it once for each record.
    let ids = batch.drafts().iter().map(|draft| owner.stored_id(draft));
    let ids: Vec<RecordId> = ids.collect::<StoreResult<_>>()?;
    let fates = check::fates(store, &mut transaction, owner, batch, &ids, on_conflict).await?;
    let records = batch.drafts().iter().zip(ids.iter().copied());
    let mut new: Vec<New<'_>> = records
        .zip(&fates)
        .filter(|(_, fate)| fate.outcome == RecordOutcome::Stored)
        .map(|((draft, id), _)| New {
            draft,
            id,
            salt: None,
        })
        .collect();
    let mut created_at = Timestamp::MIN;
    if new.is_empty() {
        // Nothing was written, so nothing needs a sync.
        transaction.rollback().await.map_err(error::before_commit)?;
        store.place.check().map_err(error::moved_before_commit)?;
    } else {
        created_at = stamp(store, &mut transaction).await?;
        if store.options.ledger {
            ledger::append::salt(&*store.options.salts, &mut new)?;
        }
        insert::all(store, &mut transaction, owner, &new, created_at).await?;
        ledger::append::entries(&mut transaction, owner, &new, created_at).await?;
        transaction.commit().await.map_err(error::commit)?;
        // The append is in the opened file. That file may not be the store any more.
        store.place.check().map_err(error::moved_after_commit)?;
    }
    Ok(append::receipt(batch, &ids, &fates, created_at))
}

/// Takes a settled time: no later append gets an earlier record time.
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

/// The time now, never earlier than the newest time of the file, from any process. It refuses a
/// clock far behind that time. The caller must not commit the transaction then.
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
