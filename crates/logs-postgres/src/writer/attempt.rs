//! One try of an append.

use std::collections::HashSet;

use logs_domain::{
    AppendBatch, AppendReceipt, Draft, OnConflict, RecordOutcome, RecordReceipt, RecordReference,
    StoreError, StoreResult, Timestamp,
};
use uuid::Uuid;

use super::keys::{self, Found, Key};
use super::{Owner, commit, insert};
use crate::error::Failure;
use crate::pool::Lane;
use crate::{PostgresStore, error};

/// What becomes of a record, and the record time of what is stored under its key already.
type Fate = (RecordOutcome, Option<Timestamp>);

/// Appends the batch, or says what to do about the failure.
pub(super) async fn once(
    store: &PostgresStore,
    owner: Owner<'_>,
    batch: &AppendBatch,
    keys: &[Key],
    on_conflict: OnConflict,
) -> Result<AppendReceipt, Failure> {
    // An append ends long before the minute after which its time may count as settled.
    let stamp = store.stamps.take(&*store.options.clock);
    store.ensure_partitions(stamp.time).await?;
    let mut lane = store.writers.acquire().await?;
    run(&mut lane, "BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let connection = lane.connection();
    keys::outcomes_name_exports(connection, owner, batch).await?;
    let written = keys::write(connection, owner, keys, stamp.time).await?;
    let missing: Vec<(i16, Uuid)> = keys
        .iter()
        .map(|key| (key.kind, key.id.as_uuid()))
        .filter(|key| !written.contains(key))
        .collect();
    let found = if missing.is_empty() {
        Found::new()
    } else {
        keys::read(connection, owner, &missing).await?
    };
    let fates = match fates(batch, keys, &written, &found, on_conflict) {
        Ok(fates) => fates,
        Err(error) => {
            run(&mut lane, "ROLLBACK").await?;
            lane.release();
            return Err(error.into());
        }
    };
    if written.is_empty() {
        commit::unchanged(&mut lane).await?;
    } else {
        let new: Vec<(&Key, &Draft)> = keys
            .iter()
            .filter(|key| written.contains(&(key.kind, key.id.as_uuid())))
            .filter_map(|key| batch.drafts().get(key.index).map(|draft| (key, draft)))
            .collect();
        let connection = lane.connection();
        insert::all(connection, store.transport, owner, &new, stamp.time).await?;
        stamp.keep();
        commit::written(&mut lane).await?;
    }
    lane.release();
    let receipt = |(draft, (outcome, stored_at)): (&Draft, Fate)| {
        let id = owner.stored_id(draft).ok();
        RecordReceipt {
            outcome,
            key: draft.key(),
            id: id.filter(|_| !matches!(draft, Draft::LogExportOutcome(_))),
            created_at: stored_at.unwrap_or(stamp.time),
        }
    };
    Ok(AppendReceipt {
        records: batch.drafts().iter().zip(fates).map(receipt).collect(),
    })
}

async fn run(lane: &mut Lane, sql: &'static str) -> Result<(), Failure> {
    let ran = sqlx::raw_sql(sql).execute(lane.connection()).await;
    ran.map(drop).map_err(error::before_commit)
}

/// The fate of each record, in the order of the batch; or the error of the whole call.
fn fates(
    batch: &AppendBatch,
    keys: &[Key],
    written: &HashSet<(i16, Uuid)>,
    found: &Found,
    on_conflict: OnConflict,
) -> StoreResult<Vec<Fate>> {
    let mut by_index: Vec<Option<Fate>> = vec![None; batch.len()];
    for key in keys {
        let fate = if written.contains(&(key.kind, key.id.as_uuid())) {
            (RecordOutcome::Stored, None)
        } else {
            match found.get(&(key.kind, key.id)) {
                Some(stored) if stored.gone => (RecordOutcome::Gone, Some(stored.created_at)),
                Some(stored) if stored.digest == key.digest => {
                    (RecordOutcome::AlreadyStored, Some(stored.created_at))
                }
                Some(stored) => (RecordOutcome::Conflict, Some(stored.created_at)),
                None => return error::inconsistent("record_key", "id"),
            }
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
        if first != index && fate.0 == RecordOutcome::Stored {
            fate.0 = RecordOutcome::AlreadyStored;
        }
        let reference = || RecordReference {
            index,
            key: draft.key(),
        };
        if fate.0 == RecordOutcome::Conflict {
            conflicts.push(reference());
        } else if fate.0 == RecordOutcome::Gone {
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
