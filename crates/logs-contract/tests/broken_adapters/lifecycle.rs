//! Rule 16, broken.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditFilter, AuditLedgerSnapshot, LlmRunFilter, LlmRunSnapshot,
    LogsReader, LogsWriter, OnConflict, PageRequest, PlatformBatch, PlatformWriter, QueryResult,
    RunId, StoreError, StoreInfo, StoreLifecycle, StoreResult, SystemRecordSnapshot, TenantId,
    TimeRange, Timestamp, WriteOutcome,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r16_close_is_ignored: IgnoresClose,
    r16_close_fails_the_second_time: FailsAgain,
    r16_info_is_told_after_close: TellsInfo,
    r16_settled_before_is_told_after_close: TellsSettled,
    r16_absent_records_are_none_after_close: NoneAfterClose,
    r16_windows_are_empty_after_close: EmptyAfterClose,
    r16_appends_after_close_are_a_fault_of_the_backend: NamelessAfterClose,
    r16_appends_after_close_may_have_landed: UnknownAfterClose,
    r16_dropped_appends_are_half_stored: HalfStored,
    r16_dropped_platform_appends_are_half_stored: PlatformHalfStored,
    r16_dropped_appends_use_up_the_store: UsesUp,
    r16_dropped_reads_use_up_the_store: ReadsUseUp,
    r16_a_new_store_is_not_ready: NeverReady,
}

#[derive(Debug, Default)]
struct IgnoresClose;

#[async_trait]
impl Fault for IgnoresClose {
    async fn close(&self, _: &MemoryStore) -> StoreResult<()> {
        Ok(())
    }
}

#[derive(Debug, Default)]
struct FailsAgain(AtomicBool);

#[async_trait]
impl Fault for FailsAgain {
    async fn close(&self, inner: &MemoryStore) -> StoreResult<()> {
        if self.0.swap(true, Ordering::SeqCst) {
            return Err(StoreError::closed());
        }
        inner.close().await
    }
}

#[derive(Debug, Default)]
struct TellsInfo;

#[async_trait]
impl Fault for TellsInfo {
    async fn info(&self, _: &MemoryStore) -> StoreResult<StoreInfo> {
        Ok(StoreInfo::new("memory", 0))
    }
}

#[derive(Debug, Default)]
struct TellsSettled;

#[async_trait]
impl Fault for TellsSettled {
    async fn settled_before(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
    ) -> StoreResult<Timestamp> {
        Ok(inner.settled_before(tenant).await.unwrap_or(Timestamp::MIN))
    }
}

#[derive(Debug, Default)]
struct NoneAfterClose;

#[async_trait]
impl Fault for NoneAfterClose {
    async fn get_llm_run(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        Ok(inner.get_llm_run(tenant, run_id).await.unwrap_or(None))
    }
}

#[derive(Debug, Default)]
struct EmptyAfterClose;

#[async_trait]
impl Fault for EmptyAfterClose {
    async fn get_system_records_in_window(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        window: &TimeRange,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        match inner
            .get_system_records_in_window(tenant, window, page)
            .await
        {
            Err(StoreError::Unavailable { .. }) => Ok(QueryResult::from_parts(
                vec![],
                logs_domain::Total::NotCounted,
                None,
                None,
            )),
            found => found,
        }
    }
}

#[derive(Debug, Default)]
struct NamelessAfterClose;

#[async_trait]
impl Fault for NamelessAfterClose {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        inner
            .append(tenant, batch, on_conflict)
            .await
            .map_err(|error| match error {
                StoreError::Unavailable { .. } => StoreError::Backend {
                    backend: "memory",
                    message: "pool is closed".to_owned(),
                    retryable: false,
                    write_outcome: WriteOutcome::NotApplied,
                    source: None,
                },
                error => error,
            })
    }
}

#[derive(Debug, Default)]
struct UnknownAfterClose;

#[async_trait]
impl Fault for UnknownAfterClose {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        inner
            .append(tenant, batch, on_conflict)
            .await
            .map_err(|error| match error {
                StoreError::Unavailable { reason, source, .. } => StoreError::Unavailable {
                    reason,
                    source,
                    write_outcome: WriteOutcome::Unknown,
                },
                error => error,
            })
    }
}

/// Stores half of a batch, waits, and stores the other half.
#[derive(Debug, Default)]
struct HalfStored;

#[async_trait]
impl Fault for HalfStored {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        if batch.len() < 2 {
            return inner.append(tenant, batch, on_conflict).await;
        }
        let (first, second) = batch.drafts().split_at(batch.len() / 2);
        let first = AppendBatch::new(first.to_vec())?;
        let mut records = inner.append(tenant, &first, on_conflict).await?.records;
        tokio::task::yield_now().await;
        let second = AppendBatch::new(second.to_vec())?;
        records.extend(inner.append(tenant, &second, on_conflict).await?.records);
        Ok(AppendReceipt { records })
    }
}

#[derive(Debug, Default)]
struct PlatformHalfStored;

#[async_trait]
impl Fault for PlatformHalfStored {
    async fn append_platform(
        &self,
        inner: &MemoryStore,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let first = batch
            .as_batch()
            .drafts()
            .iter()
            .take(1)
            .filter_map(|draft| match draft {
                logs_domain::Draft::SystemRecord(record) => Some(record.clone()),
                _ => None,
            });
        let first = PlatformBatch::new(first.collect())?;
        let first = inner.append_platform(&first, on_conflict).await?;
        tokio::task::yield_now().await;
        let mut receipt = inner.append_platform(batch, on_conflict).await?;
        receipt.records[0] = first.records[0].clone();
        Ok(receipt)
    }
}

/// Gives permits that a dropped future does not give back.
#[derive(Debug)]
struct Permits(AtomicU32);

impl Default for Permits {
    fn default() -> Self {
        Self(AtomicU32::new(16))
    }
}

impl Permits {
    async fn take(&self) -> StoreResult<()> {
        let take = |permits: u32| permits.checked_sub(1);
        self.0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .map_err(|_| StoreError::Pushback {
                retry_after: Duration::from_secs(1),
            })?;
        tokio::task::yield_now().await;
        Ok(())
    }

    fn give_back(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(Debug, Default)]
struct UsesUp(Permits);

#[async_trait]
impl Fault for UsesUp {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0.take().await?;
        let outcome = inner.append(tenant, batch, on_conflict).await;
        self.0.give_back();
        outcome
    }
}

#[derive(Debug, Default)]
struct ReadsUseUp(Permits);

#[async_trait]
impl Fault for ReadsUseUp {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        self.0.take().await?;
        let outcome = inner.list_audit_entries(tenant, filter, page).await;
        self.0.give_back();
        outcome
    }

    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        self.0.take().await?;
        let outcome = inner.list_llm_runs(tenant, filter, page).await;
        self.0.give_back();
        outcome
    }
}

#[derive(Debug, Default)]
struct NeverReady;

#[async_trait]
impl Fault for NeverReady {
    async fn ready(&self, _: &MemoryStore) -> StoreResult<()> {
        Err(StoreError::closed())
    }
}
