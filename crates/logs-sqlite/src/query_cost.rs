//! How much SQLite works for a page: the same at ten times the records, for every promised question.
//! Work is counted in steps of its virtual machine, so that no clock is involved.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logs_domain::{
    AppendBatch, AuditFilter, CorrelationId, CountMode, Draft, EntityId, EntityType,
    ExecutionStatus, GovernanceFilter, LlmRunFilter, LogExportFilter, LogsReader, LogsWriter,
    Model, OnConflict, PageRequest, ReplayQuery, RunId, StoreOptions, SystemRecordFilter, TenantId,
    TimeRange, Timestamp, TraceFilter, TraceId, TraceStepFilter,
};

use crate::SqliteStore;

/// Steps between two counts.
const STEPS: i32 = 10;
/// How many records of each kind the larger store has.
const MANY: usize = 6_000;
const FEW: usize = 600;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// One record of each kind; each thirtieth is what the filters look for.
fn drafts(n: usize) -> Vec<Draft> {
    let rare = if n.is_multiple_of(30) {
        "rare"
    } else {
        "common"
    };
    // The first of all records, which a list of the newest comes to last.
    let request = if n < 20 { "first" } else { rare };
    let status = if n.is_multiple_of(30) {
        "FAILED"
    } else {
        "SUCCEEDED"
    };
    let entity = if n.is_multiple_of(30) {
        "LIMIT"
    } else {
        "SIGNAL"
    };
    let time = format!(
        "2026-01-01T{:02}:{:02}:{:02}Z",
        n / 3600,
        n / 60 % 60,
        n % 60
    );
    let id = |kind: u8| format!("018f4e5c-8f4e-7c3a-8b4e-0000{kind:02x}{n:06x}");
    let (run, system, audit, export) = (n, id(1), id(2), id(3));
    [
        format!(r#"{{"llm_run":{{"run_id":"r{run}","trace_id":"{rare}","provider":"p","model":"{rare}","execution_status":"{status}","started_at":"{time}","source":"SDK"}}}}"#),
        format!(r#"{{"trace":{{"trace_id":"t{run}","run_id":"{rare}"}}}}"#),
        format!(r#"{{"trace_step":{{"trace_id":"{rare}","key":{{"position":{run}}},"timestamp":"{time}","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":1}}}}"#),
        format!(r#"{{"system_record":{{"id":"{system}","component":"api","event_type":"ERROR","severity":"INFO","summary":"s","correlation_id":"{request}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"audit_entry":{{"id":"{audit}","event_type":"e","entity_type":"{entity}","entity_id":"{rare}","actor_type":"HUMAN","after_state":{{"run_id":"{rare}"}},"correlation_id":"{rare}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"log_export":{{"id":"{export}","scope":"audit","format":"json","requested_by":"x"}}}}"#),
    ]
    .iter()
    .map(|line| Draft::from_json(line).unwrap())
    .collect()
}

/// A store with so many records of each kind, and the steps that its readers take.
async fn filled(path: &Path, records: usize) -> (SqliteStore, Arc<AtomicU64>) {
    let store = SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap();
    let all: Vec<Draft> = (0..records).flat_map(drafts).collect();
    for chunk in all.chunks(6_000) {
        let batch = AppendBatch::new(chunk.to_vec()).unwrap();
        store
            .append(&tenant(), &batch, OnConflict::RejectCall)
            .await
            .unwrap();
    }
    let steps = Arc::new(AtomicU64::new(0));
    let mut connections = Vec::new();
    for _ in 0..store.readers.most() {
        let mut connection = store.readers.acquire().await.unwrap();
        let counted = Arc::clone(&steps);
        let mut handle = connection.lock_handle().await.unwrap();
        handle.set_progress_handler(STEPS, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            true
        });
        drop(handle);
        connections.push(connection);
    }
    drop(connections);
    (store, steps)
}

/// The steps of each promised question, by its name.
async fn work(records: usize) -> Vec<(&'static str, u64)> {
    let folder = tempfile::tempdir().unwrap();
    let (store, steps) = filled(&folder.path().join("logs.db"), records).await;
    let a = &tenant();
    let page = &PageRequest::first(10).unwrap().count(CountMode::Skip);
    let rare = "rare";
    let window = TimeRange::between(
        Timestamp::parse_rfc3339("2026-01-01T00:05:00Z").unwrap(),
        Timestamp::parse_rfc3339("2026-01-01T00:05:05Z").unwrap(),
    )
    .unwrap();
    let runs = LlmRunFilter::default();
    let model = runs.clone().model(Model::new(rare).unwrap());
    let trace = runs.clone().trace_id(TraceId::new(rare).unwrap());
    let failed = runs.clone().execution_status(ExecutionStatus::Failed);
    let one = runs.clone().run_id(RunId::new("r7").unwrap());
    let correlation = CorrelationId::new(rare).unwrap();
    let listed = SystemRecordFilter::default().correlation_id(CorrelationId::new("first").unwrap());
    let entity = AuditFilter::default()
        .entity_type(EntityType::LIMIT)
        .entity_id(EntityId::new(rare).unwrap());
    let of_correlation = AuditFilter::default().correlation_id(correlation.clone());
    let of_run = GovernanceFilter::default().run_id(RunId::new(rare).unwrap());
    let by_run = TraceFilter::default().run_id(RunId::new(rare).unwrap());
    let replay = ReplayQuery::new(window).trace_id(TraceId::new(rare).unwrap());
    let run = RunId::new("r7").unwrap();
    let header = TraceId::new("t7").unwrap();
    let [record, entry, export] = [1, 2, 3].map(|kind| {
        format!("018f4e5c-8f4e-7c3a-8b4e-{kind:06}000007")
            .parse()
            .unwrap()
    });
    let found = store.get_log_export(a, &export).await.unwrap();
    assert!(found.is_some(), "what is asked for by its id is there");

    let mut table = Vec::new();
    macro_rules! count {
        ($($name:literal: $asked:expr;)+) => {$(
            // Once before, so that preparing the statement is not counted.
            $asked.await.unwrap();
            let before = steps.load(Ordering::Relaxed);
            for _ in 0..10 {
                $asked.await.unwrap();
            }
            table.push(($name, steps.load(Ordering::Relaxed) - before));
        )+};
    }
    count! {
        "runs": store.list_llm_runs(a, &runs, page);
        "runs by run": store.list_llm_runs(a, &one, page);
        "runs by trace": store.list_llm_runs(a, &trace, page);
        "runs by model": store.list_llm_runs(a, &model, page);
        "runs by status": store.list_llm_runs(a, &failed, page);
        "one run": store.get_llm_run(a, &run);
        "trace of a run": store.get_trace_id_for_run(a, &run);
        "traces": store.list_traces(a, &TraceFilter::default(), page);
        "one trace": store.get_trace(a, &header);
        "traces by run": store.list_traces(a, &by_run, page);
        "steps": store.list_trace_steps(a, &TraceStepFilter::default(), page);
        "steps of a trace": store.get_trace_steps(a, &TraceId::new(rare).unwrap(), page);
        "system": store.list_system_records(a, &SystemRecordFilter::default(), page);
        "system listed by correlation": store.list_system_records(a, &listed, page);
        "system by correlation": store.get_system_record_by_correlation(a, &correlation, page);
        "system in a window": store.get_system_records_in_window(a, &window, page);
        "one system record": store.get_system_record(a, &record);
        "audit": store.list_audit_entries(a, &AuditFilter::default(), page);
        "audit by entity": store.list_audit_entries(a, &entity, page);
        "audit by correlation": store.list_audit_entries(a, &of_correlation, page);
        "governance": store.get_governance_events(a, &GovernanceFilter::default(), page);
        "governance of a run": store.get_governance_events(a, &of_run, page);
        "replay": store.get_replay_window_events(a, &replay, page);
        "one audit entry": store.get_audit_entry(a, &entry);
        "one export": store.get_log_export(a, &export);
        "exports": store.list_log_exports(a, &LogExportFilter::default(), page);
    }
    // The last page of everything, by the cursor before it, costs what the first does.
    let mut deep = page.clone();
    let mut last = None;
    let walk = page.clone().limit(logs_domain::PageLimit::MAX);
    let mut request = walk.clone();
    while let Some(next) = store.list_llm_runs(a, &runs, &request).await.unwrap().next {
        last = Some(next.clone());
        request = walk.clone().after(next);
    }
    if let Some(cursor) = last {
        deep = deep.after(cursor);
    }
    count! { "runs, deep": store.list_llm_runs(a, &runs, &deep); }
    table
}

#[tokio::test]
async fn a_page_of_every_promised_question_costs_the_same_at_ten_times_the_records() {
    let (few, many) = (work(FEW).await, work(MANY).await);
    for ((name, few), (_, many)) in few.into_iter().zip(many) {
        // A page of ten records is hundreds of steps; a scan of ten times the rows would be
        // thousands more. Fewer matches at first are within the allowance.
        let allowed = few * 12 / 10 + 200;
        assert!(
            many <= allowed,
            "{name}: {few} at {FEW} records, {many} at {MANY}"
        );
    }
}
