//! Appends: one transaction each, with retries after conflicts with other transactions.

mod attempt;
mod commit;
mod copy;
mod insert;
mod keys;
mod notice;
mod table;
mod unnest;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use logs_domain::{
    AppendBatch, AppendReceipt, OnConflict, PlatformBatch, RecordId, StoreError, StoreResult,
    TenantId, WriteOutcome,
};

use logs_sql::append::Owner;
use logs_sql::span;

use self::keys::Key;
use crate::PostgresStore;
use crate::error::Retry;
use crate::timeouts::APPEND;

/// How often the store retries an append after a conflict with another transaction.
pub(crate) const RETRIES: u32 = 3;

pub(crate) async fn append(
    store: &PostgresStore,
    tenant: &TenantId,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    append_for(store, Owner::Tenant(tenant), batch, on_conflict).await
}

pub(crate) async fn append_platform(
    store: &PostgresStore,
    batch: &PlatformBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    append_for(store, Owner::Platform, batch.as_batch(), on_conflict).await
}

/// The data of a call, the same for each attempt.
struct Asked<'a> {
    owner: Owner<'a>,
    batch: &'a AppendBatch,
    /// The id of each record.
    ids: &'a [RecordId],
    /// The keys of the distinct records, in the order of writing.
    keys: &'a [Key],
    on_conflict: OnConflict,
}

async fn append_for(
    store: &PostgresStore,
    owner: Owner<'_>,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    // An id is a hash of several fields, so the call computes it once for each record.
    let ids = batch.drafts().iter().map(|draft| owner.stored_id(draft));
    let ids: Vec<RecordId> = ids.collect::<StoreResult<_>>()?;
    let keys = keys::sorted(batch, &ids);
    let asked = Asked {
        owner,
        batch,
        ids: &ids,
        keys: &keys,
        on_conflict,
    };
    let retries = AtomicU32::new(0);
    let tries = async {
        let mut tried = 0;
        let mut replaced = false;
        let mut unknown = None;
        let mut looked = false;
        let mut look = false;
        loop {
            let looks = std::mem::take(&mut look);
            match attempt::once(store, &asked, looks).await {
                Ok(receipt) => return Ok(receipt),
                Err(failure) => match failure.retry {
                    Retry::Soon if tried < RETRIES => {
                        tried += 1;
                        tokio::time::sleep(jitter(tried)).await;
                    }
                    Retry::Partition if tried < RETRIES => {
                        tried += 1;
                        store.forget_partitions();
                    }
                    Retry::Fresh if !replaced => {
                        replaced = true;
                        store.writers.discard_idle();
                        let lost = failure.error.write_outcome() == WriteOutcome::Unknown;
                        unknown = lost.then_some(failure.error);
                    }
                    Retry::Full if !looked => {
                        (looked, look) = (true, true);
                        if failure.error.write_outcome() == WriteOutcome::Unknown {
                            unknown = Some(failure.error);
                        }
                    }
                    Retry::Never | Retry::Soon | Retry::Partition | Retry::Fresh | Retry::Full => {
                        return Err(told(failure.error, unknown));
                    }
                },
            }
            retries.fetch_add(1, Ordering::Relaxed);
        }
    };
    let timed_out = |_| {
        Err(StoreError::Timeout {
            after: APPEND,
            write_outcome: WriteOutcome::Unknown,
        })
    };
    let outcome = tokio::time::timeout(APPEND, tries).await;
    span::record_retries(retries.into_inner());
    outcome.unwrap_or_else(timed_out)
}

/// The error after the answer to an earlier commit was lost. A later failure does not reveal the
/// outcome of that commit, except a conflict or a dropped record.
fn told(error: StoreError, unknown: Option<StoreError>) -> StoreError {
    match (error, unknown) {
        (seen @ (StoreError::Conflict { .. } | StoreError::Gone { .. }), _) => seen,
        (_, Some(unknown)) => unknown,
        (error, None) => error,
    }
}

/// Up to 20 ms for the first retry, twice as long for each later one.
fn jitter(tried: u32) -> Duration {
    let random = RandomState::new().hash_one(tried);
    Duration::from_millis(random % (10 << tried))
}
