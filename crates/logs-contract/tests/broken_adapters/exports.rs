//! Rule 14, broken.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, ExportResult, ExportStatus, LogExportFilter,
    LogExportSnapshot, LogsReader, LogsWriter, NewLogExport, OnConflict, PageLimit, PageRequest,
    QueryResult, RecordId, RecordOutcome, StoreError, StoreResult, TenantId, Total,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r14_the_latest_outcome_counts: LatestOutcome,
    r14_a_second_outcome_is_accepted_and_dropped: DropsSecond,
    r14_outcomes_without_an_export_are_dropped: DropsLost,
    r14_outcomes_make_their_export: MakesExport,
    r14_outcomes_of_other_tenants_exports_are_taken: TakesForeign,
    r14_requests_are_listed_without_their_outcomes: NotFolded,
    r14_status_is_filtered_before_the_fold: FiltersUnfolded,
    r14_an_outcome_moves_its_export_to_the_front: MovesToFront,
    r14_outcomes_must_follow_their_export_in_the_batch: NeedsOrder,
    r14_failures_have_no_reason: LosesReason,
}

/// Shows the outcome that came last.
#[derive(Debug, Default)]
struct LatestOutcome(Mutex<HashMap<(TenantId, RecordId), ExportResult>>);

#[async_trait]
impl Fault for LatestOutcome {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let outcome = inner.append(tenant, batch, on_conflict).await;
        if !matches!(outcome, Err(StoreError::InvalidArgument(_))) {
            for draft in batch.drafts() {
                if let Draft::LogExportOutcome(outcome) = draft {
                    let key = (tenant.clone(), outcome.export_id);
                    self.0.lock().unwrap().insert(key, outcome.result.clone());
                }
            }
        }
        outcome
    }

    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let results = self.0.lock().unwrap().clone();
        let found = inner.list_log_exports(tenant, filter, page).await?;
        Ok(found.map(|export| {
            let result = results.get(&(tenant.clone(), export.id)).cloned();
            LogExportSnapshot::from_parts(
                tenant.clone(),
                export.to_draft(),
                export.created_at,
                result,
            )
        }))
    }
}

#[derive(Debug, Default)]
struct DropsSecond;

#[async_trait]
impl Fault for DropsSecond {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        if !batch
            .drafts()
            .iter()
            .any(|draft| matches!(draft, Draft::LogExportOutcome(_)))
        {
            return inner.append(tenant, batch, on_conflict).await;
        }
        let mut receipt = inner.append(tenant, batch, OnConflict::SkipRecord).await?;
        for record in &mut receipt.records {
            if record.outcome == RecordOutcome::Conflict {
                record.outcome = RecordOutcome::Stored;
            }
        }
        Ok(receipt)
    }
}

#[derive(Debug, Default)]
struct DropsLost;

#[async_trait]
impl Fault for DropsLost {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::InvalidArgument(_)) => Ok(AppendReceipt { records: vec![] }),
            outcome => outcome,
        }
    }
}

fn request(id: RecordId) -> NewLogExport {
    NewLogExport::new(
        id,
        logs_domain::ExportScope::Audit,
        logs_domain::ExportFormat::Json,
        logs_domain::ActorId::new("auditor").unwrap(),
    )
}

#[derive(Debug, Default)]
struct MakesExport;

#[async_trait]
impl Fault for MakesExport {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        for draft in batch.drafts() {
            if let Draft::LogExportOutcome(outcome) = draft {
                let made = AppendBatch::new(vec![request(outcome.export_id).into()])?;
                inner.append(tenant, &made, OnConflict::SkipRecord).await?;
            }
        }
        inner.append(tenant, batch, on_conflict).await
    }
}

/// Knows the exports of all tenants.
#[derive(Debug, Default)]
struct TakesForeign(Mutex<Vec<RecordId>>);

#[async_trait]
impl Fault for TakesForeign {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        for draft in batch.drafts() {
            match draft {
                Draft::LogExport(export) => self.0.lock().unwrap().push(export.id),
                Draft::LogExportOutcome(outcome)
                    if self.0.lock().unwrap().contains(&outcome.export_id) => {}
                Draft::LogExportOutcome(_) => {
                    return inner.append(tenant, batch, on_conflict).await;
                }
                _ => {}
            }
        }
        match inner.append(tenant, batch, on_conflict).await {
            Err(StoreError::InvalidArgument(_)) => Ok(AppendReceipt { records: vec![] }),
            outcome => outcome,
        }
    }
}

#[derive(Debug, Default)]
struct NotFolded;

#[async_trait]
impl Fault for NotFolded {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let found = inner.list_log_exports(tenant, filter, page).await?;
        Ok(found.map(|export| {
            LogExportSnapshot::from_parts(
                tenant.clone(),
                export.to_draft(),
                export.created_at,
                None,
            )
        }))
    }
}

#[derive(Debug, Default)]
struct FiltersUnfolded;

#[async_trait]
impl Fault for FiltersUnfolded {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut all = filter.clone();
        all.status = None;
        let mut found = inner.list_log_exports(tenant, &all, page).await?;
        if filter
            .status
            .is_some_and(|status| status != ExportStatus::Pending)
        {
            found.items.clear();
            found.total = Total::Exact(0);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct MovesToFront;

#[async_trait]
impl Fault for MovesToFront {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        if page.limit == PageLimit::MAX {
            found
                .items
                .sort_by_key(|export| export.status == ExportStatus::Pending);
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct NeedsOrder;

#[async_trait]
impl Fault for NeedsOrder {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        if let [first @ Draft::LogExportOutcome(_), _, ..] = batch.drafts() {
            let first = AppendBatch::new(vec![first.clone()])?;
            inner.append(tenant, &first, on_conflict).await?;
        }
        inner.append(tenant, batch, on_conflict).await
    }
}

#[derive(Debug, Default)]
struct LosesReason;

#[async_trait]
impl Fault for LosesReason {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        found
            .items
            .iter_mut()
            .for_each(|export| export.failure_reason = None);
        Ok(found)
    }
}
