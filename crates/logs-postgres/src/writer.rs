//! Appends: one transaction each, tried again when others were in its way.

mod attempt;
mod commit;
mod copy;
mod insert;
mod keys;
mod notice;
mod table;
mod unnest;

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, InvalidValue, LogsWriter, OnConflict, PlatformBatch,
    PlatformWriter, RecordId, StoreError, StoreResult, TenantId, WriteOutcome,
};

use crate::error::Retry;
use crate::timeouts::APPEND;
use crate::{PLATFORM, PostgresStore};

/// How often an append is tried again when another transaction was in its way.
pub(crate) const RETRIES: u32 = 3;

#[async_trait]
impl LogsWriter for PostgresStore {
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        append(self, Owner::Tenant(tenant), batch, on_conflict).await
    }
}

#[async_trait]
impl PlatformWriter for PostgresStore {
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        append(self, Owner::Platform, batch.as_batch(), on_conflict).await
    }
}

/// Whose records are appended.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Tenant(&'a TenantId),
    Platform,
}

impl Owner<'_> {
    /// The value of the column `tenant_id`.
    fn key(&self) -> &str {
        match self {
            Self::Tenant(tenant) => tenant.as_str(),
            Self::Platform => PLATFORM,
        }
    }

    /// The tenant, or none for the platform.
    const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Platform => None,
        }
    }

    /// The id under which a draft is stored: its own, or for an outcome that of its export.
    fn stored_id(&self, draft: &Draft) -> StoreResult<RecordId> {
        let id = match (draft, self) {
            (Draft::SystemRecord(record), _) => Some(record.id),
            (Draft::LogExportOutcome(outcome), _) => Some(outcome.export_id),
            (draft, Self::Tenant(tenant)) => draft.id(tenant),
            (_, Self::Platform) => None,
        };
        let expected = "a system record";
        id.ok_or_else(|| InvalidValue::new("records", draft.kind(), expected).into())
    }
}

async fn append(
    store: &PostgresStore,
    owner: Owner<'_>,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    let keys = keys::sorted(owner, batch)?;
    let tries = async {
        let mut tried = 0;
        let mut replaced = false;
        let mut unknown = None;
        let mut looked = false;
        let mut look = false;
        loop {
            let looks = std::mem::take(&mut look);
            match attempt::once(store, owner, batch, &keys, on_conflict, looks).await {
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
        }
    };
    let timed_out = |_| {
        Err(StoreError::Timeout {
            after: APPEND,
            write_outcome: WriteOutcome::Unknown,
        })
    };
    tokio::time::timeout(APPEND, tries)
        .await
        .unwrap_or_else(timed_out)
}

/// The error to tell after the answer to an earlier commit was lost: what failed since says nothing
/// about that one, unless it was seen that other content is stored, or none may be.
fn told(error: StoreError, unknown: Option<StoreError>) -> StoreError {
    match (error, unknown) {
        (seen @ (StoreError::Conflict { .. } | StoreError::Gone { .. }), _) => seen,
        (_, Some(unknown)) => unknown,
        (error, None) => error,
    }
}

/// Up to 20 ms for the first try, twice as long for each further one.
fn jitter(tried: u32) -> Duration {
    let random = RandomState::new().hash_one(tried);
    Duration::from_millis(random % (10 << tried))
}
