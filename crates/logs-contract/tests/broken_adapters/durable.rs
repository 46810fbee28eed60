//! Rules 7 and 8, broken.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use logs_domain::{
    AppendBatch, AppendReceipt, AuditFilter, AuditLedgerSnapshot, Cost, Draft, ExportStatus,
    JsonObject, LlmRunFilter, LlmRunSnapshot, LogExportFilter, LogExportSnapshot, LogsReader,
    LogsWriter, Model, NewLlmRun, OnConflict, PageRequest, QueryResult, RecordId, RunId,
    StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, Timestamp, TokenCount,
    TraceFilter, TraceSnapshot, TraceStepFilter, TraceStepRecord,
};
use logs_memory::MemoryStore;

use crate::fault::{Fault, broken_adapters};

broken_adapters! {
    r07_acknowledged_before_stored: WritesBehind,
    r07_lists_are_cached: CachesLists,
    r07_texts_are_trimmed: TrimsTexts,
    r07_times_are_kept_in_milliseconds: KeepsMilliseconds,
    r07_numbers_of_json_are_doubles: JsonNumbersAreText,
    r07_costs_are_doubles: CostsAreDoubles,
    r07_unknown_tokens_are_zero: UnknownIsZero,
    r07_empty_json_is_nothing: EmptyIsNothing,
    r07_headers_lose_when_they_began: LosesStart,
    r07_lists_of_steps_lose_attributes: LosesAttributes,
    r07_values_of_neighbours_are_mixed: MixesNeighbours,
    r08_conflicting_content_replaces_what_is_stored: Overwrites,
    r08_the_outcome_of_an_export_changes_its_record_time: OutcomeMovesTime,
    r08_records_sent_again_move_to_the_front: TouchesAgain,
}

/// Keeps each batch back until the next one.
#[derive(Debug, Default)]
struct WritesBehind(Mutex<Option<(TenantId, AppendBatch)>>);

#[async_trait]
impl Fault for WritesBehind {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let before = self
            .0
            .lock()
            .unwrap()
            .replace((tenant.clone(), batch.clone()));
        if let Some((tenant, batch)) = before {
            inner
                .append(&tenant, &batch, OnConflict::SkipRecord)
                .await?;
        }
        // Another store tells what the receipt will be.
        MemoryStore::new(logs_domain::StoreOptions::default())
            .append(tenant, batch, on_conflict)
            .await
    }
}

type Page<T> = HashMap<(TenantId, String), QueryResult<T>>;

#[derive(Debug, Default)]
struct CachesLists(Mutex<Page<LlmRunSnapshot>>);

#[async_trait]
impl Fault for CachesLists {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let key = (tenant.clone(), format!("{filter:?} {page:?}"));
        if let Some(found) = self.0.lock().unwrap().get(&key) {
            return Ok(found.clone());
        }
        let found = inner.list_llm_runs(tenant, filter, page).await?;
        self.0.lock().unwrap().insert(key, found.clone());
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct TrimsTexts;

#[async_trait]
impl Fault for TrimsTexts {
    async fn get_llm_run(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        let mut found = inner.get_llm_run(tenant, run_id).await?;
        if let Some(run) = &mut found {
            run.model = Model::new(run.model.as_str().trim()).unwrap();
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct KeepsMilliseconds;

#[async_trait]
impl Fault for KeepsMilliseconds {
    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let floor =
            |time: Timestamp| Timestamp::from_micros(time.as_micros() / 1_000 * 1_000).unwrap();
        let mut found = inner.list_audit_entries(tenant, filter, page).await?;
        found
            .items
            .iter_mut()
            .for_each(|entry| entry.occurred_at = floor(entry.occurred_at));
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct JsonNumbersAreText;

#[async_trait]
impl Fault for JsonNumbersAreText {
    async fn get_audit_entry(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        id: &RecordId,
    ) -> StoreResult<Option<AuditLedgerSnapshot>> {
        let mut found = inner.get_audit_entry(tenant, id).await?;
        if let Some(state) = found.as_mut().and_then(|entry| entry.after_state.as_mut())
            && state.as_str().contains("1e+21")
        {
            *state = JsonObject::parse(&state.as_str().replace("1e+21", "\"1e+21\"")).unwrap();
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct CostsAreDoubles;

#[async_trait]
impl Fault for CostsAreDoubles {
    async fn get_llm_run(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<LlmRunSnapshot>> {
        let mut found = inner.get_llm_run(tenant, run_id).await?;
        if let Some(cost) = found.as_mut().and_then(|run| run.cost.as_mut()) {
            *cost = Cost::from_nano_usd(cost.nano_usd() as f64 as i64).unwrap();
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct UnknownIsZero;

#[async_trait]
impl Fault for UnknownIsZero {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        for run in &mut found.items {
            run.output_tokens = run.output_tokens.or(TokenCount::new(0).ok());
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct EmptyIsNothing;

#[async_trait]
impl Fault for EmptyIsNothing {
    async fn list_system_records(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &SystemRecordFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
        let mut found = inner.list_system_records(tenant, filter, page).await?;
        for record in &mut found.items {
            record.details = record
                .details
                .take()
                .filter(|details| details.as_str() != "{}");
        }
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct LosesStart;

#[async_trait]
impl Fault for LosesStart {
    async fn list_traces(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceSnapshot>> {
        let mut found = inner.list_traces(tenant, filter, page).await?;
        found
            .items
            .iter_mut()
            .for_each(|trace| trace.started_at = None);
        Ok(found)
    }
}

#[derive(Debug, Default)]
struct LosesAttributes;

#[async_trait]
impl Fault for LosesAttributes {
    async fn list_trace_steps(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<TraceStepRecord>> {
        let mut found = inner.list_trace_steps(tenant, filter, page).await?;
        found
            .items
            .iter_mut()
            .for_each(|step| step.attributes = None);
        Ok(found)
    }
}

/// Gives a record the end of the next one that has an end, as columns of unequal length do.
#[derive(Debug, Default)]
struct MixesNeighbours;

#[async_trait]
impl Fault for MixesNeighbours {
    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let mut found = inner.list_llm_runs(tenant, filter, page).await?;
        let ends: Vec<_> = found
            .items
            .iter()
            .filter_map(|run| run.completed_at)
            .collect();
        let ends = ends.into_iter().map(Some).chain(std::iter::repeat(None));
        for (run, end) in found.items.iter_mut().zip(ends) {
            run.completed_at = end;
        }
        Ok(found)
    }
}

/// Shows the content of the latest append, although the receipt says that it conflicts.
#[derive(Debug, Default)]
struct Overwrites(Mutex<HashMap<(TenantId, RunId), NewLlmRun>>);

#[async_trait]
impl Fault for Overwrites {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let receipt = inner.append(tenant, batch, on_conflict).await?;
        for draft in batch.drafts() {
            if let Draft::LlmRun(run) = draft {
                self.0
                    .lock()
                    .unwrap()
                    .insert((tenant.clone(), run.run_id.clone()), run.clone());
            }
        }
        Ok(receipt)
    }

    async fn list_llm_runs(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LlmRunSnapshot>> {
        let latest = self.0.lock().unwrap().clone();
        let found = inner.list_llm_runs(tenant, filter, page).await?;
        Ok(found.map(
            |run| match latest.get(&(tenant.clone(), run.run_id.clone())) {
                Some(draft) => {
                    LlmRunSnapshot::from_parts(tenant.clone(), draft.clone(), run.created_at)
                }
                None => run,
            },
        ))
    }
}

#[derive(Debug, Default)]
struct OutcomeMovesTime;

#[async_trait]
impl Fault for OutcomeMovesTime {
    async fn list_log_exports(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &LogExportFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<LogExportSnapshot>> {
        let mut found = inner.list_log_exports(tenant, filter, page).await?;
        for export in &mut found.items {
            if export.status != ExportStatus::Pending {
                export.created_at = export.created_at.saturating_add_micros(1);
            }
        }
        Ok(found)
    }
}

/// Gives a record that is sent again the time of the later append.
#[derive(Debug, Default)]
struct TouchesAgain(Mutex<HashMap<RecordId, Timestamp>>);

#[async_trait]
impl Fault for TouchesAgain {
    async fn append(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        batch: &AppendBatch,
        on_conflict: OnConflict,
    ) -> StoreResult<AppendReceipt> {
        let now = logs_domain::StoreLifecycle::settled_before(inner, tenant).await?;
        let receipt = inner.append(tenant, batch, on_conflict).await?;
        let ids = receipt.records.iter().filter_map(|record| record.id);
        self.0.lock().unwrap().extend(ids.map(|id| (id, now)));
        Ok(receipt)
    }

    async fn list_audit_entries(
        &self,
        inner: &MemoryStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
        let mut found = inner.list_audit_entries(tenant, filter, page).await?;
        for entry in &mut found.items {
            entry.created_at = self.0.lock().unwrap()[&entry.id];
        }
        Ok(found)
    }
}
