//! Reading back what was stored, as what it must be.

use std::slice::from_ref;

use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, Draft, LlmRunFilter, LlmRunSnapshot, LogExportFilter,
    LogExportSnapshot, LogsStore, Record, StepKey, SystemRecordFilter, SystemRecordSnapshot,
    TenantId, Timestamp, TraceFilter, TraceSnapshot, TraceStepFilter, TraceStepRecord,
    TraceStepSnapshot,
};

use crate::samples::largest;

/// Checks that every read which can return `draft` returns exactly what it must become when
/// `tenant` stored it at `created_at`: the one record of its kind and, for steps, of its trace.
pub(crate) async fn assert_reads_back(
    store: &dyn LogsStore,
    tenant: &TenantId,
    draft: &Draft,
    created_at: Timestamp,
) {
    let page = largest();
    match draft.clone() {
        Draft::LlmRun(run) => {
            let expected = LlmRunSnapshot::from_parts(tenant.clone(), run, created_at);
            let listed = store
                .list_llm_runs(tenant, &LlmRunFilter::default(), &page)
                .await;
            assert_eq!(listed.unwrap().items, from_ref(&expected));
            let found = store.get_llm_run(tenant, &expected.run_id).await.unwrap();
            assert_eq!(found, Some(expected));
        }
        Draft::Trace(trace) => {
            let expected = TraceSnapshot::from_parts(tenant.clone(), trace, created_at);
            let listed = store
                .list_traces(tenant, &TraceFilter::default(), &page)
                .await;
            assert_eq!(listed.unwrap().items, from_ref(&expected));
            let found = store.get_trace(tenant, &expected.trace_id).await.unwrap();
            assert_eq!(found, Some(expected));
        }
        Draft::TraceStep(step) => {
            let index = match &step.key {
                StepKey::Position(position) => position.get(),
                StepKey::Span(_) => 0,
            };
            let expected = TraceStepSnapshot::from_parts(index, step.clone());
            let steps = store.get_trace_steps(tenant, &step.trace_id, &page).await;
            assert_eq!(steps.unwrap().items, [expected]);
            let expected = TraceStepRecord::from_parts(tenant.clone(), step, created_at);
            let listed = store
                .list_trace_steps(tenant, &TraceStepFilter::default(), &page)
                .await;
            assert_eq!(listed.unwrap().items, [expected]);
        }
        Draft::SystemRecord(record) => {
            let owner = Some(tenant.clone());
            assert_system_record(
                store,
                tenant,
                SystemRecordSnapshot::from_parts(owner, record, created_at),
            )
            .await;
        }
        Draft::AuditEntry(entry) => {
            let expected = AuditLedgerSnapshot::from_parts(tenant.clone(), entry, created_at);
            let listed = store
                .list_audit_entries(tenant, &AuditFilter::default(), &page)
                .await;
            assert_eq!(listed.unwrap().items, from_ref(&expected));
            let found = store.get_audit_entry(tenant, &expected.id).await.unwrap();
            assert_eq!(found, Some(expected));
        }
        Draft::LogExport(export) => {
            let expected = LogExportSnapshot::from_parts(tenant.clone(), export, created_at, None);
            let listed = store
                .list_log_exports(tenant, &LogExportFilter::default(), &page)
                .await;
            assert_eq!(listed.unwrap().items, from_ref(&expected));
            let found = store.get_log_export(tenant, &expected.id).await.unwrap();
            assert_eq!(found, Some(expected));
        }
        Draft::LogExportOutcome(outcome) => {
            let listed = store
                .list_log_exports(tenant, &LogExportFilter::default(), &page)
                .await;
            let folded: Vec<_> = listed
                .unwrap()
                .items
                .iter()
                .map(LogExportSnapshot::to_outcome)
                .collect();
            assert_eq!(folded, [Some(outcome.clone())]);
            let found = store.get_log_export(tenant, &outcome.export_id).await;
            let folded = found.unwrap().and_then(|export| export.to_outcome());
            assert_eq!(folded, Some(outcome));
        }
    }
}

/// Checks that every read of system records returns exactly `expected`.
pub(crate) async fn assert_system_record(
    store: &dyn LogsStore,
    tenant: &TenantId,
    expected: SystemRecordSnapshot,
) {
    let page = largest();
    let listed = store
        .list_system_records(tenant, &SystemRecordFilter::default(), &page)
        .await;
    assert_eq!(listed.unwrap().items, from_ref(&expected));
    let found = store.get_system_record(tenant, &expected.id).await;
    assert_eq!(found.unwrap().as_ref(), Some(&expected));
    let window = logs_domain::TimeRange::ALL;
    let found = store
        .get_system_records_in_window(tenant, &window, &page)
        .await;
    assert_eq!(found.unwrap().items, from_ref(&expected));
    if let Some(correlation_id) = expected.correlation_id.clone() {
        let found = store
            .get_system_record_by_correlation(tenant, &correlation_id, &page)
            .await;
        assert_eq!(found.unwrap().items, [expected]);
    }
}

/// Everything that the tenant stored itself, as drafts, in no particular order.
pub(crate) async fn all_drafts(store: &dyn LogsStore, tenant: &TenantId) -> Vec<Draft> {
    let mut records = Vec::new();
    macro_rules! walk {
        ($list:ident, $filter:ty, $kind:ident) => {{
            let filter = <$filter>::default();
            let mut next = Some(largest());
            while let Some(request) = next {
                let page = store.$list(tenant, &filter, &request).await.unwrap();
                records.extend(page.items.into_iter().map(Record::$kind));
                assert!(records.len() < 100_000, "the list comes to an end");
                next = page.next.map(|cursor| request.after(cursor));
            }
        }};
    }
    walk!(list_llm_runs, LlmRunFilter, LlmRun);
    walk!(list_traces, TraceFilter, Trace);
    walk!(list_trace_steps, TraceStepFilter, TraceStep);
    walk!(list_system_records, SystemRecordFilter, SystemRecord);
    walk!(list_audit_entries, AuditFilter, AuditEntry);
    walk!(list_log_exports, LogExportFilter, LogExport);
    records.iter().flat_map(Record::to_drafts).collect()
}
