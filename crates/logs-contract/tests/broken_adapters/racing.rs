//! Rules 6 and 17, broken only where writers race.

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, LogsReader, LogsWriter, OnConflict, RecordOutcome,
    StoreResult, TenantId, TimeRange, Timestamp, UsageQuery, UsageSummary,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r06_what_is_there_is_looked_up_before_the_lock_is_taken: LooksUpFirst,
    r17_halves_of_a_window_are_of_two_moments: TwoMoments,
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

/// Sums up each half of a window by itself.
#[derive(Debug, Default)]
struct TwoMoments;

#[async_trait]
impl Fault for TwoMoments {
    async fn summarize_usage(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        query: &UsageQuery,
    ) -> StoreResult<UsageSummary> {
        let window = query.filter.started;
        let (Some(from), Some(to)) = (window.from(), window.to()) else {
            return inner.summarize_usage(tenant, query).await;
        };
        if !query.group_by.is_empty() {
            return inner.summarize_usage(tenant, query).await;
        }
        let half = |from, to| {
            let started = TimeRange::between(from, to).unwrap();
            UsageQuery::new(query.filter.clone().started(started))
        };
        let middle = (from.as_micros() + to.as_micros()) / 2;
        let middle = Timestamp::from_micros(middle).unwrap();
        let mut summary = inner.summarize_usage(tenant, &half(from, middle)).await?;
        tokio::task::yield_now().await;
        let second = inner.summarize_usage(tenant, &half(middle, to)).await?;
        for (group, other) in summary.groups.iter_mut().zip(&second.groups) {
            group.sums += other.sums;
        }
        summary.synthetic_runs += second.synthetic_runs;
        Ok(summary)
    }
}
