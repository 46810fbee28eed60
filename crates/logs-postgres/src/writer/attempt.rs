//! One try of an append.

use std::sync::atomic::Ordering;

use logs_domain::{
    AppendBatch, AppendReceipt, Draft, OnConflict, RecordId, RecordOutcome, RecordReceipt,
    RecordReference, StoreError, StoreResult, Timestamp,
};
use uuid::Uuid;

use super::keys::{self, Found, Key};
use super::{Owner, commit, insert};
use crate::error::Failure;
use crate::pool::PooledConnection;
use crate::{PostgresStore, clock, error};

/// What becomes of a record.
#[derive(Clone, Copy)]
struct Fate {
    outcome: RecordOutcome,
    id: RecordId,
    /// The record time of what is stored under its key already.
    stored_at: Option<Timestamp>,
}

/// Appends the batch, or says what to do about the failure. A try that `looks` first writes nothing
/// where all is stored: it needs no room.
pub(super) async fn once(
    store: &PostgresStore,
    owner: Owner<'_>,
    batch: &AppendBatch,
    keys: &[Key],
    on_conflict: OnConflict,
    looks: bool,
) -> Result<AppendReceipt, Failure> {
    // An append ends long before the minute after which its time may count as settled.
    let allocated = store.timestamps.allocate(&*store.options.clock);
    if !looks {
        store.ensure_partitions(allocated.time).await?;
    }
    let mut pooled = store.writers.acquire().await?;
    run(&mut pooled, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let connection = pooled.connection();
    keys::outcomes_name_exports(connection, owner, batch).await?;
    let repeated = store.repeated.load(Ordering::Relaxed);
    let new = if looks && keys::all_stored(connection, owner, keys).await? {
        vec![false; keys.len()]
    } else {
        let written = keys::write(connection, owner, keys, allocated.time, repeated).await?;
        let clock = &*store.options.clock;
        if let Err(error) = clock::accept_stamp(clock, allocated.time, written.server_time) {
            run(&mut pooled, "ROLLBACK").await?;
            pooled.release();
            return Err(error.into());
        }
        written.new
    };
    let known: Vec<(i16, Uuid)> = keys
        .iter()
        .zip(&new)
        .filter(|(_, is_new)| !**is_new)
        .map(|(key, _)| (key.kind, key.id.as_uuid()))
        .collect();
    store.repeated.store(!known.is_empty(), Ordering::Relaxed);
    let found = if known.is_empty() {
        Found::new()
    } else {
        keys::read(connection, owner, &known).await?
    };
    let fates = match fates(owner, batch, keys, &new, &found, on_conflict) {
        Ok(fates) => fates,
        Err(error) => {
            run(&mut pooled, "ROLLBACK").await?;
            pooled.release();
            return Err(error.into());
        }
    };
    if known.len() == keys.len() {
        commit::unchanged(&mut pooled).await?;
    } else {
        let new: Vec<(&Key, &Draft)> = keys
            .iter()
            .zip(&new)
            .filter(|(_, is_new)| **is_new)
            .filter_map(|(key, _)| batch.drafts().get(key.index).map(|draft| (key, draft)))
            .collect();
        let connection = pooled.connection();
        insert::all(connection, store.transport, owner, &new, allocated.time).await?;
        allocated.commit();
        commit::written(&mut pooled).await?;
    }
    pooled.release();
    let receipt = |(draft, fate): (&Draft, Fate)| RecordReceipt {
        outcome: fate.outcome,
        key: draft.key(),
        id: Some(fate.id).filter(|_| !matches!(draft, Draft::LogExportOutcome(_))),
        created_at: fate.stored_at.unwrap_or(allocated.time),
    };
    Ok(AppendReceipt {
        records: batch.drafts().iter().zip(fates).map(receipt).collect(),
    })
}

async fn run(pooled: &mut PooledConnection, sql: &'static str) -> Result<(), Failure> {
    let ran = sqlx::raw_sql(sql).execute(pooled.connection()).await;
    ran.map(drop).map_err(error::before_commit)
}

/// The fate of each record, in the order of the batch; or the error of the whole call.
fn fates(
    owner: Owner<'_>,
    batch: &AppendBatch,
    keys: &[Key],
    new: &[bool],
    found: &Found,
    on_conflict: OnConflict,
) -> StoreResult<Vec<Fate>> {
    let mut by_index: Vec<Option<Fate>> = vec![None; batch.len()];
    for (key, is_new) in keys.iter().zip(new) {
        let (outcome, stored_at) = if *is_new {
            (RecordOutcome::Stored, None)
        } else {
            let Some(stored) = found.get(&(key.kind, key.id)) else {
                return error::inconsistent("record_key", "id");
            };
            let outcome = if stored.gone {
                RecordOutcome::Gone
            } else if stored.digest == key.digest(owner, stored.created_at) {
                RecordOutcome::AlreadyStored
            } else {
                RecordOutcome::Conflict
            };
            (outcome, Some(stored.created_at))
        };
        let fate = Fate {
            outcome,
            id: key.id,
            stored_at,
        };
        if let Some(place) = by_index.get_mut(key.index) {
            *place = Some(fate);
        }
    }
    let mut fates: Vec<Fate> = Vec::with_capacity(batch.len());
    let mut conflicts = Vec::new();
    let mut gone = Vec::new();
    for (index, draft) in batch.drafts().iter().enumerate() {
        let first = batch.first_of(index).unwrap_or(index);
        let fate = by_index.get(first).copied().flatten();
        let Some(mut fate) = fate else {
            return error::inconsistent("record_key", "id");
        };
        if first != index && fate.outcome == RecordOutcome::Stored {
            fate.outcome = RecordOutcome::AlreadyStored;
        }
        let reference = || RecordReference {
            index,
            key: draft.key(),
        };
        if fate.outcome == RecordOutcome::Conflict {
            conflicts.push(reference());
        } else if fate.outcome == RecordOutcome::Gone {
            gone.push(reference());
        }
        fates.push(fate);
    }
    match on_conflict {
        OnConflict::RejectCall if !conflicts.is_empty() => {
            Err(StoreError::Conflict { records: conflicts })
        }
        OnConflict::RejectCall if !gone.is_empty() => Err(StoreError::Gone { records: gone }),
        OnConflict::RejectCall | OnConflict::SkipRecord => Ok(fates),
    }
}
