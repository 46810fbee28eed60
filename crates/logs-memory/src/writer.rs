//! Appends: the store first checks all records, then stores them.

mod check;
mod insert;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, LogsWriter, OnConflict, PlatformBatch, PlatformWriter,
    RecordOutcome, RecordReceipt, StoreResult, TenantId, Timestamp,
};

use crate::MemoryStore;
use crate::ledger::append;
use crate::state::{Records, Stored};

#[async_trait]
impl LogsWriter for MemoryStore {
    async fn append(
        &self,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let mut state = self.write()?;
        let created_at = state.now(&*self.options.clock);
        let none = Records::default();
        let stored = state.tenants.get(tenant).unwrap_or(&none);
        let outcomes = check::outcomes(stored, batch, on_conflict)?;
        let new = append::salted(&self.options, Some(tenant), batch, &outcomes)?;
        if outcomes.contains(&RecordOutcome::Stored) {
            state.give_out(created_at);
        }
        let records = state.tenants.entry(tenant.clone()).or_default();
        append::cover(&mut records.log, Some(tenant), &new, created_at)?;
        Ok(store(records, Some(tenant), batch, &outcomes, created_at))
    }
}

#[async_trait]
impl PlatformWriter for MemoryStore {
    async fn append_platform(
        &self,
        batch: &PlatformBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let mut state = self.write()?;
        let created_at = state.now(&*self.options.clock);
        let outcomes = check::outcomes(&state.platform, batch.as_batch(), on_conflict)?;
        let new = append::salted(&self.options, None, batch.as_batch(), &outcomes)?;
        if outcomes.contains(&RecordOutcome::Stored) {
            state.give_out(created_at);
        }
        append::cover(&mut state.platform.log, None, &new, created_at)?;
        Ok(store(
            &mut state.platform,
            None,
            batch.as_batch(),
            &outcomes,
            created_at,
        ))
    }
}

/// Stores the new records, for a tenant or (`None`) the platform.
fn store(
    records: &mut Records,
    owner: Option<&TenantId>,
    batch: &AppendBatch,
    outcomes: &[RecordOutcome],
    created_at: Timestamp,
) -> AppendReceipt {
    let mut receipts = Vec::with_capacity(batch.len());
    for (draft, outcome) in batch.drafts().iter().zip(outcomes) {
        let key = draft.key();
        let new = Stored {
            digest: draft.digest(),
            created_at,
        };
        let stored = *records.keys.entry(key.clone()).or_insert(new);
        let id = match owner {
            Some(tenant) => draft.id(tenant),
            None => insert::platform_id(draft),
        };
        if *outcome == RecordOutcome::Stored {
            insert::insert(records, owner, draft.clone(), created_at);
        }
        let created_at = stored.created_at;
        receipts.push(RecordReceipt {
            outcome: *outcome,
            key,
            id,
            created_at,
        });
    }
    AppendReceipt { records: receipts }
}
