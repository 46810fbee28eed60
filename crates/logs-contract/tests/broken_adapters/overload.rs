//! Rule 15, broken.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, LogsReader, LogsWriter, OnConflict, PageRequest, QueryResult,
    RecordOutcome, RecordReceipt, StoreError, StoreInfo, StoreLifecycle, StoreResult,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, Timestamp, WriteOutcome,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r15_records_are_dropped_when_the_queue_is_full: DropsWhenBusy,
    r15_the_end_of_large_batches_is_dropped: DropsTheEnd,
    r15_overload_has_no_name: NamelessOverload,
    r15_overload_of_readers_has_no_name: NamelessReads,
    r15_pushback_comes_after_storing: PushesBackLate,
    r15_overload_says_not_to_retry: SaysNotToRetry,
    r15_limits_are_smaller_than_what_types_hold: SmallLimits,
}

/// How many appends are under way; each gives way to the others once.
#[derive(Debug, Default)]
struct Busy(AtomicU32);

impl Busy {
    /// Whether more than four are under way.
    async fn enter(&self) -> bool {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        before >= 4
    }

    fn leave(&self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn pretended(tenant: &TenantId, batch: &AppendBatch) -> AppendReceipt {
    let receipt = |draft: &logs_domain::Draft| RecordReceipt {
        outcome: RecordOutcome::Stored,
        key: draft.key(),
        id: draft.id(tenant),
        created_at: Timestamp::MAX,
    };
    AppendReceipt {
        records: batch.drafts().iter().map(receipt).collect(),
    }
}

fn nameless(retryable: bool) -> StoreError {
    StoreError::Backend {
        backend: "memory",
        message: "too many clients already".to_owned(),
        retryable,
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    }
}

#[derive(Debug, Default)]
struct DropsWhenBusy(Busy);

#[async_trait]
impl Fault for DropsWhenBusy {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let outcome = match self.0.enter().await {
            true => Ok(pretended(tenant, batch)),
            false => inner.append(tenant, batch, on_conflict).await,
        };
        self.0.leave();
        outcome
    }
}

#[derive(Debug, Default)]
struct DropsTheEnd;

#[async_trait]
impl Fault for DropsTheEnd {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let kept = batch.drafts().iter().take(100).cloned().collect();
        inner
            .append(tenant, &AppendBatch::new(kept)?, on_conflict)
            .await?;
        Ok(pretended(tenant, batch))
    }
}

#[derive(Debug, Default)]
struct NamelessOverload(Busy);

#[async_trait]
impl Fault for NamelessOverload {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let outcome = match self.0.enter().await {
            true => Err(nameless(true)),
            false => inner.append(tenant, batch, on_conflict).await,
        };
        self.0.leave();
        outcome
    }
}

#[derive(Debug, Default)]
struct NamelessReads(Busy);

#[async_trait]
impl Fault for NamelessReads {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let _ = self.0.enter().await;
        if self.0.0.load(Ordering::SeqCst) > 3 {
            return Err(nameless(false));
        }
        inner.list_system_records(tenant, filter, page).await
    }
}

#[derive(Debug, Default)]
struct PushesBackLate(Busy);

#[async_trait]
impl Fault for PushesBackLate {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let busy = self.0.enter().await;
        let outcome = inner.append(tenant, batch, on_conflict).await;
        self.0.leave();
        if busy {
            return Err(StoreError::Pushback {
                retry_after: Duration::from_millis(1),
            });
        }
        outcome
    }
}

#[derive(Debug, Default)]
struct SaysNotToRetry(Busy);

#[async_trait]
impl Fault for SaysNotToRetry {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let outcome = match self.0.enter().await {
            true => Err(StoreError::LimitExceeded {
                limit: "appends",
                maximum: 4,
                actual: 5,
            }),
            false => inner.append(tenant, batch, on_conflict).await,
        };
        self.0.leave();
        outcome
    }
}

#[derive(Debug, Default)]
struct SmallLimits;

#[async_trait]
impl Fault for SmallLimits {
    async fn info(&self, inner: &MemoryStore) -> StoreResult<StoreInfo> {
        let mut info = inner.info().await?;
        info.limits.batch_records = 1_000;
        Ok(info)
    }
}
