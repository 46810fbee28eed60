//! One try of an append.

use std::sync::atomic::Ordering;

use logs_domain::{
    AppendBatch, AppendReceipt, Draft, OnConflict, RecordId, RecordOutcome, RecordReceipt,
    RecordReference, StoreError, StoreResult, Timestamp, WriteOutcome,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::keys::{self, Found, Key};
use super::{Owner, insert};
use crate::error::Failure;
use crate::open::APPEND_TIMEOUT;
use crate::pool::Lane;
use crate::{PostgresStore, error};

/// What becomes of a record.
#[derive(Clone, Copy)]
struct Fate {
    outcome: RecordOutcome,
    id: RecordId,
    /// The record time of what is stored under its key already.
    stored_at: Option<Timestamp>,
}

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
    let repeated = store.repeated.load(Ordering::Relaxed);
    let new = keys::write(connection, owner, keys, stamp.time, repeated).await?;
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
    let fates = match fates(batch, keys, &new, &found, on_conflict) {
        Ok(fates) => fates,
        Err(error) => {
            run(&mut lane, "ROLLBACK").await?;
            lane.release();
            return Err(error.into());
        }
    };
    if known.len() == keys.len() {
        confirm(&mut lane).await?;
    } else {
        let new: Vec<(&Key, &Draft)> = keys
            .iter()
            .zip(&new)
            .filter(|(_, is_new)| **is_new)
            .filter_map(|(key, _)| batch.drafts().get(key.index).map(|draft| (key, draft)))
            .collect();
        let connection = lane.connection();
        insert::all(connection, store.transport, owner, &new, stamp.time).await?;
        stamp.keep();
        commit(&mut lane, "COMMIT").await?;
    }
    lane.release();
    let receipt = |(draft, fate): (&Draft, Fate)| RecordReceipt {
        outcome: fate.outcome,
        key: draft.key(),
        id: Some(fate.id).filter(|_| !matches!(draft, Draft::LogExportOutcome(_))),
        created_at: fate.stored_at.unwrap_or(stamp.time),
    };
    Ok(AppendReceipt {
        records: batch.drafts().iter().zip(fates).map(receipt).collect(),
    })
}

/// Ends a transaction that found everything stored already. What it found may be the commit of an
/// earlier try that no synchronous standby has confirmed: where there are such standbys, a message
/// to nobody goes through the log, so that this commit waits for all before it. Elsewhere nothing is
/// written.
async fn confirm(lane: &mut Lane) -> Result<(), Failure> {
    const CONFIRM: &str = "SELECT pg_logical_emit_message(true, 'logs', '') \
         WHERE current_setting('synchronous_standby_names') <> ''; COMMIT";
    commit(lane, CONFIRM).await
}

/// Commits. A server waits for a synchronous standby without end, and gives up when its operator
/// ends the wait, telling so in a warning alone: the commit is there, and may be lost with the
/// server.
async fn commit(lane: &mut Lane, sql: &'static str) -> Result<(), Failure> {
    let begun = Instant::now();
    let committed = sqlx::raw_sql(sql).execute(lane.connection()).await;
    committed.map_err(error::commit)?;
    if begun.elapsed() < APPEND_TIMEOUT {
        return Ok(());
    }
    let unknown = StoreError::Timeout {
        after: APPEND_TIMEOUT,
        write_outcome: WriteOutcome::Unknown,
    };
    Err(unknown.into())
}

async fn run(lane: &mut Lane, sql: &'static str) -> Result<(), Failure> {
    let ran = sqlx::raw_sql(sql).execute(lane.connection()).await;
    ran.map(drop).map_err(error::before_commit)
}

/// The fate of each record, in the order of the batch; or the error of the whole call.
fn fates(
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
            } else if stored.digest == key.digest {
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
