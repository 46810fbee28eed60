//! One attempt of an append.

use std::sync::atomic::Ordering;

use logs_domain::{AppendBatch, AppendReceipt, ContentDigest, Draft, StoreResult};
use logs_sql::append::{self, Stored};
use uuid::Uuid;

use super::keys::{self, Found, Key};
use super::{Asked, commit, insert};
use crate::error::Failure;
use crate::pool::PooledConnection;
use crate::{PostgresStore, clock, error};

/// Appends the batch, or decides what to do about the failure. If it `looks` up the keys first, an
/// attempt for a stored batch writes nothing and needs no space.
pub(super) async fn once(
    store: &PostgresStore,
    asked: &Asked<'_>,
    looks: bool,
) -> Result<AppendReceipt, Failure> {
    let Asked {
        owner,
        batch,
        ids,
        keys,
        on_conflict,
    } = *asked;
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
    let stored = Known::new(batch, keys, &new, &found)?;
    let stored = |index| stored.of(index);
    let fates = match append::fates(owner, batch, ids, stored, on_conflict) {
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
    Ok(append::receipt(batch, ids, &fates, allocated.time))
}

async fn run(pooled: &mut PooledConnection, sql: &'static str) -> Result<(), Failure> {
    let ran = sqlx::raw_sql(sql).execute(pooled.connection()).await;
    ran.map(drop).map_err(error::before_commit)
}

/// The stored records under the keys of a batch, by the index of the draft.
struct Known<'a>(Vec<Option<(&'a Stored, ContentDigest)>>);

impl<'a> Known<'a> {
    /// # Errors
    /// `Inconsistent` if a key is neither new nor found.
    fn new(batch: &AppendBatch, keys: &[Key], new: &[bool], found: &'a Found) -> StoreResult<Self> {
        let mut known = vec![None; batch.len()];
        for (key, _) in keys.iter().zip(new).filter(|(_, is_new)| !**is_new) {
            let Some(stored) = found.get(&(key.kind, key.id)) else {
                return error::inconsistent("record_key", "id");
            };
            if let Some(place) = known.get_mut(key.index) {
                *place = Some((stored, key.content));
            }
        }
        Ok(Self(known))
    }

    fn of(&self, index: usize) -> Option<(&'a Stored, ContentDigest)> {
        self.0.get(index).copied().flatten()
    }
}
