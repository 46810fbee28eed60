//! Rule 6, broken: whose keys are whose.

use std::collections::HashSet;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsWriter, OnConflict, PlatformBatch, PlatformWriter,
    RecordId, RecordKind, RecordOutcome, StoreError, StoreResult, TenantId,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r06_ids_are_unique_across_kinds: UniqueAcrossKinds,
    r06_platform_shares_the_keys_of_tenants: PlatformSharesKeys,
    r06_platform_stores_duplicates_as_new: PlatformForgets,
}

#[derive(Debug, Default)]
struct UniqueAcrossKinds(Mutex<HashSet<(TenantId, RecordId, RecordKind)>>);

#[async_trait]
impl Fault for UniqueAcrossKinds {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        for draft in batch.drafts() {
            let Some(id) = draft.id(tenant) else { continue };
            let mut ids = self.0.lock().unwrap();
            if ids
                .iter()
                .any(|known| (&known.0, known.1) == (tenant, id) && known.2 != draft.kind())
            {
                return Err(StoreError::Conflict { records: vec![] });
            }
            ids.insert((tenant.clone(), id, draft.kind()));
        }
        inner.append(tenant, batch, on_conflict).await
    }
}

#[derive(Debug, Default)]
struct PlatformSharesKeys(Mutex<HashSet<RecordId>>);

#[async_trait]
impl Fault for PlatformSharesKeys {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        self.0
            .lock()
            .unwrap()
            .extend(batch.drafts().iter().filter_map(|draft| draft.id(tenant)));
        inner.append(tenant, batch, on_conflict).await
    }

    async fn append_platform(
        &self,
        inner: &MemoryStore,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        for draft in batch.as_batch().drafts() {
            if let Draft::SystemRecord(record) = draft
                && self.0.lock().unwrap().contains(&record.id)
            {
                return Err(StoreError::Conflict { records: vec![] });
            }
        }
        inner.append_platform(batch, on_conflict).await
    }
}

#[derive(Debug, Default)]
struct PlatformForgets;

#[async_trait]
impl Fault for PlatformForgets {
    async fn append_platform(
        &self,
        inner: &MemoryStore,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let mut receipt = inner.append_platform(batch, on_conflict).await?;
        receipt
            .records
            .iter_mut()
            .for_each(|record| record.outcome = RecordOutcome::Stored);
        Ok(receipt)
    }
}
