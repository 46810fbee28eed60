//! Exports over the memory store: which records, in which order, and what becomes of the request.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use futures_util::TryStreamExt;
use logs_domain::{
    ActorId, ActorType, AppendBatch, AuditEventType, AuditFilter, Draft, EntityId, EntityType,
    ExportFormat, ExportScope, ExportStatus, LogsReader, LogsWriter, NewAuditEntry, NewLogExport,
    OnConflict, PageRequest, Reason, Record, RecordId, StoreError, StoreOptions, TenantId,
    TimeRange,
};
use logs_facade::{LogsFacade, PendingExport};
use logs_memory::MemoryStore;

const RECORDS: &str = r#"
{"trace_step":{"trace_id":"t","key":{"position":0},"timestamp":"2026-03-02T10:00:31Z","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":5}}
{"trace":{"trace_id":"t","run_id":"r"}}
{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00Z"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000001","component":"api","event_type":"DEPLOY","severity":"INFO","summary":"s"}}
{"audit_entry":{"id":"00000000-0000-7000-8000-000000000011","event_type":"LimitBreached","entity_type":"LIMIT","entity_id":"l","actor_type":"SYSTEM"}}
"#;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn id(last: u8) -> RecordId {
    format!("00000000-0000-7000-8000-0000000000{last:02}")
        .parse()
        .unwrap()
}

fn request(last: u8, scope: ExportScope) -> NewLogExport {
    let who = ActorId::new("ada").unwrap();
    NewLogExport::new(id(last), scope, ExportFormat::Json, who)
}

/// A store with the records, and the window of all that is settled.
async fn filled() -> (Arc<MemoryStore>, LogsFacade, TimeRange) {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let lines = RECORDS.lines().filter(|line| !line.is_empty());
    let drafts = lines.map(|line| Draft::from_json(line).unwrap()).collect();
    let batch = AppendBatch::new(drafts).unwrap();
    let tenant = tenant();
    let append = store.append(&tenant, &batch, OnConflict::RejectCall);
    let stored = append.await.unwrap().records[0].created_at;
    let window = TimeRange::new(None, Some(stored.saturating_add_micros(1))).unwrap();
    let facade = LogsFacade::new(Arc::clone(&store) as _);
    (store, facade, window)
}

/// Requests an export of the tenant without an entry about it.
async fn export(facade: &LogsFacade, request: NewLogExport, window: TimeRange) -> PendingExport {
    let tenant = tenant();
    let export = facade.request_export(&tenant, request, window, None);
    export.await.unwrap()
}

async fn kinds(export: &PendingExport) -> Vec<&'static str> {
    let records: Vec<Record> = export.records().try_collect().await.unwrap();
    records
        .iter()
        .map(|record| record.kind().as_str())
        .collect()
}

#[tokio::test]
async fn each_scope_has_its_kinds_one_after_the_other() {
    let (store, facade, window) = filled().await;
    let expected: [&[&str]; 3] = [
        &["llm_run", "trace", "trace_step"],
        &["system_record"],
        &["audit_entry"],
    ];
    for (number, (scope, expected)) in PendingExport::SCOPES.iter().zip(expected).enumerate() {
        let number = 21 + u8::try_from(number).unwrap();
        let export = export(&facade, request(number, *scope), window).await;
        assert_eq!(kinds(&export).await, expected);
        let pending = store.get_log_export(&tenant(), &export.id()).await.unwrap();
        assert_eq!(pending.unwrap().status, ExportStatus::Pending);
    }
    let other = TenantId::new("other").unwrap();
    let export = facade.request_export(&other, request(30, ExportScope::LlmRun), window, None);
    assert!(
        kinds(&export.await.unwrap()).await.is_empty(),
        "another tenant has none"
    );
}

#[tokio::test]
async fn a_window_takes_what_was_recorded_within() {
    let (_, facade, window) = filled().await;
    let last = window.to().unwrap().saturating_add_micros(-1);
    let before = TimeRange::new(None, Some(last)).unwrap();
    let from = TimeRange::new(Some(last), None).unwrap();
    for (number, window, count) in [(21, before, 0), (22, from, 3)] {
        let request = request(number, ExportScope::LlmRun);
        let export = export(&facade, request, window).await;
        assert_eq!(kinds(&export).await.len(), count);
    }
}

#[tokio::test]
async fn a_scope_without_records_is_refused_and_stores_nothing() {
    let (store, facade, window) = filled().await;
    let (tenant, request) = (tenant(), request(21, ExportScope::Compliance));
    let refused = facade.request_export(&tenant, request, window, None);
    let StoreError::InvalidArgument(refused) = refused.await.unwrap_err() else {
        panic!("the value is refused");
    };
    assert_eq!(
        refused.to_string(),
        "scope: got `compliance`, expected one of llm_run, system, audit"
    );
    assert_eq!(store.get_log_export(&tenant, &id(21)).await.unwrap(), None);
}

#[tokio::test]
async fn a_request_and_the_entry_about_it_are_one_append() {
    let (store, facade, window) = filled().await;
    let tenant = tenant();
    let entry = |last| {
        NewAuditEntry::new(
            id(last),
            AuditEventType::RECORDS_EXPORTED,
            EntityType::ACCESS,
            EntityId::new("/exports").unwrap(),
            ActorType::System,
        )
    };
    let entries = async || {
        let filter = AuditFilter::default().entity_type(EntityType::ACCESS);
        let page = PageRequest::default();
        let found = store.list_audit_entries(&tenant, &filter, &page).await;
        found.unwrap().items.len()
    };
    let audit = || request(21, ExportScope::Audit);
    let first = facade.request_export(&tenant, audit(), window, Some(entry(12)));
    first.await.unwrap();
    assert_eq!(entries().await, 1);
    // The id of the request has other content now, so the entry about it is not stored either.
    let other = request(21, ExportScope::System);
    let refused = facade.request_export(&tenant, other, window, Some(entry(13)));
    assert!(matches!(refused.await, Err(StoreError::Conflict { .. })));
    assert_eq!(entries().await, 1);
}

#[tokio::test]
async fn an_outcome_ends_an_export_once() {
    let (store, facade, window) = filled().await;
    let export = async |last| export(&facade, request(last, ExportScope::Audit), window).await;
    let found = async |last| {
        let found = store.get_log_export(&tenant(), &id(last)).await;
        found.unwrap().unwrap()
    };
    let (completed, failed) = (export(21).await, export(22).await);
    let at = "2026-03-02T10:00:00Z".parse().unwrap();
    let checksum = || "sha256:9f86".parse().unwrap();
    completed.complete(checksum(), at).await.unwrap();
    let stored = found(21).await;
    assert_eq!(
        (stored.checksum, stored.delivered_at),
        (Some(checksum()), Some(at))
    );
    assert!(completed.fail("late").await.is_err(), "it has an outcome");
    assert_eq!(found(21).await.status, ExportStatus::Completed);

    // Texts of the store may be long, and cut within a character they are no text.
    let long = format!("a{}\0", "\u{e9}".repeat(Reason::MAX_BYTES));
    failed.fail(&long).await.unwrap();
    let reason = found(22).await.failure_reason.unwrap();
    assert!(reason.as_str().starts_with("a\u{e9}"));
    assert_eq!(reason.as_str().len(), Reason::MAX_BYTES - 1);
}
