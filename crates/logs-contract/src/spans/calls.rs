//! A call of each method.

use logs_domain::{
    AuditFilter, GovernanceFilter, LedgerLog, LlmRunFilter, LogExportFilter, LogsLedger, LogsStore,
    OnConflict, PlatformBatch, PortMethod, ReplayQuery, StoreResult, SystemRecordFilter, TimeRange,
    TraceFilter, TraceStepFilter, UsageQuery,
};

use crate::appends::batch;
use crate::samples::{correlation, first, id, run, run_id, system, tenant, trace_id};

/// What no span may say: the tenant and each id that a call names.
pub(super) const PRIVATE: &str = "a-private-value";

/// Calls a method with arguments that hold [`PRIVATE`].
pub(super) async fn call(
    store: &dyn LogsStore,
    ledger: Option<&dyn LogsLedger>,
    method: PortMethod,
) -> StoreResult<()> {
    let tenant = &tenant(PRIVATE);
    let (run_id, trace_id) = (&run_id(PRIVATE), &trace_id(PRIVATE));
    let page = &first(5);
    match method {
        PortMethod::ListLlmRuns => {
            let filter = LlmRunFilter::default().run_id(run_id.clone());
            store.list_llm_runs(tenant, &filter, page).await.map(drop)
        }
        PortMethod::GetLlmRun => store.get_llm_run(tenant, run_id).await.map(drop),
        PortMethod::GetTraceIdForRun => store.get_trace_id_for_run(tenant, run_id).await.map(drop),
        PortMethod::ListTraces => {
            let filter = TraceFilter::default();
            store.list_traces(tenant, &filter, page).await.map(drop)
        }
        PortMethod::GetTrace => store.get_trace(tenant, trace_id).await.map(drop),
        PortMethod::ListTraceSteps => {
            let filter = TraceStepFilter::default();
            let steps = store.list_trace_steps(tenant, &filter, page);
            steps.await.map(drop)
        }
        PortMethod::GetTraceSteps => {
            let steps = store.get_trace_steps(tenant, trace_id, page);
            steps.await.map(drop)
        }
        PortMethod::GetReplayWindowEvents => {
            let query = ReplayQuery::default().trace_id(trace_id.clone());
            let events = store.get_replay_window_events(tenant, &query, page);
            events.await.map(drop)
        }
        PortMethod::ListSystemRecords => {
            let filter = SystemRecordFilter::default().correlation_id(correlation(PRIVATE));
            let records = store.list_system_records(tenant, &filter, page);
            records.await.map(drop)
        }
        PortMethod::GetSystemRecord => store.get_system_record(tenant, &id(1)).await.map(drop),
        PortMethod::GetSystemRecordByCorrelation => {
            let correlation = correlation(PRIVATE);
            let records = store.get_system_record_by_correlation(tenant, &correlation, page);
            records.await.map(drop)
        }
        PortMethod::GetSystemRecordsInWindow => {
            let records = store.get_system_records_in_window(tenant, &TimeRange::ALL, page);
            records.await.map(drop)
        }
        PortMethod::ListAuditEntries => {
            let filter = AuditFilter::default();
            let entries = store.list_audit_entries(tenant, &filter, page);
            entries.await.map(drop)
        }
        PortMethod::GetAuditEntry => store.get_audit_entry(tenant, &id(1)).await.map(drop),
        PortMethod::GetGovernanceEvents => {
            let filter = GovernanceFilter::default().run_id(run_id.clone());
            let events = store.get_governance_events(tenant, &filter, page);
            events.await.map(drop)
        }
        PortMethod::ListLogExports => {
            let filter = LogExportFilter::default();
            let exports = store.list_log_exports(tenant, &filter, page);
            exports.await.map(drop)
        }
        PortMethod::GetLogExport => store.get_log_export(tenant, &id(1)).await.map(drop),
        PortMethod::SummarizeUsage => {
            let filter = LlmRunFilter::default().run_id(run_id.clone());
            let query = UsageQuery::new(filter);
            store.summarize_usage(tenant, &query).await.map(drop)
        }
        PortMethod::Append => {
            let batch = batch([run(PRIVATE)]);
            let receipt = store.append(tenant, &batch, OnConflict::RejectCall);
            receipt.await.map(drop)
        }
        PortMethod::AppendPlatform => {
            let batch = PlatformBatch::new(vec![system(2)])?;
            let receipt = store.append_platform(&batch, OnConflict::RejectCall);
            receipt.await.map(drop)
        }
        PortMethod::Info => store.info().await.map(drop),
        PortMethod::Ready => store.ready().await,
        PortMethod::SettledBefore => store.settled_before(tenant).await.map(drop),
        PortMethod::Close => store.close().await,
        PortMethod::Sequence
        | PortMethod::Head
        | PortMethod::EntryOf
        | PortMethod::Entries
        | PortMethod::Uncovered
        | PortMethod::Nodes
        | PortMethod::StoreCheckpoint
        | PortMethod::LatestCheckpoint
        | PortMethod::ListCheckpoints
        | PortMethod::LedgerLogs => {
            let ledger = ledger.expect("a store with the ledger");
            crate::ledger::call(ledger, &LedgerLog::of(Some(tenant)), method).await
        }
    }
}
