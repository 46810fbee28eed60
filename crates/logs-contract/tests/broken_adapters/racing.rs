//! Rule 6, broken only where writers race.

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsReader, LogsWriter, OnConflict, RecordOutcome,
    StoreResult, TenantId,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r06_what_is_there_is_looked_up_before_the_lock_is_taken: LooksUpFirst,
}

/// Trusts a look that another writer may have overtaken.
#[derive(Debug, Default)]
struct LooksUpFirst;

#[async_trait]
impl Fault for LooksUpFirst {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        for draft in batch.drafts() {
            let Draft::LlmRun(run) = draft else {
                return inner.append(tenant, batch, on_conflict).await;
            };
            if inner.get_llm_run(tenant, &run.run_id).await?.is_some() {
                return inner.append(tenant, batch, on_conflict).await;
            }
        }
        tokio::task::yield_now().await;
        let mut receipt = inner.append(tenant, batch, OnConflict::SkipRecord).await?;
        for (index, record) in receipt.records.iter_mut().enumerate() {
            if batch.first_of(index) == Some(index) {
                record.outcome = RecordOutcome::Stored;
            }
        }
        Ok(receipt)
    }
}
