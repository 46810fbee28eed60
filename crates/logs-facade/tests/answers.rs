//! Answers over the memory store, and what the facade asks a store for.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use logs_domain::{
    ActorType, AppendBatch, AuditFilter, Draft, EntityType, GovernanceFilter, LlmRunFilter,
    LogsWriter, MockLogsStore, OnConflict, PageLimit, PageRequest, QueryResult, RecordId, RunId,
    StoreError, StoreOptions, SystemRecordFilter, TenantId, Timestamp, Total, TraceId,
};
use logs_facade::{LogsFacade, Origin, ReplayMargin};
use logs_memory::MemoryStore;

const RECORDS: &str = r#"
{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"SDK","execution_status":"SUCCEEDED","started_at":"2026-03-02T10:00:00Z","completed_at":"2026-03-02T10:01:00Z"}}
{"trace":{"trace_id":"t","run_id":"r"}}
{"trace_step":{"trace_id":"t","key":{"span":"inner"},"parent":{"span":"outer"},"timestamp":"2026-03-02T10:00:31Z","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":5}}
{"trace_step":{"trace_id":"t","key":{"span":"outer"},"timestamp":"2026-03-02T10:00:29Z","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":5}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000001","component":"api","event_type":"DEPLOY","severity":"INFO","summary":"old","caused_by":"AUTOMATION","correlation_id":"c","occurred_at":"2026-03-01T00:00:00Z"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000002","component":"api","event_type":"DEPLOY","severity":"INFO","summary":"at the start","correlation_id":"c","occurred_at":"2026-03-02T10:00:00Z"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000003","component":"api","event_type":"DEPLOY","severity":"INFO","summary":"too late","occurred_at":"2026-03-02T10:00:00.000001Z"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000004","component":"worker","event_type":"ERROR","severity":"WARN","summary":"within","occurred_at":"2026-03-02T10:01:30Z"}}
{"system_record":{"id":"00000000-0000-7000-8000-000000000005","component":"worker","event_type":"ERROR","severity":"WARN","summary":"behind","occurred_at":"2026-03-02T10:01:30.000001Z"}}
{"audit_entry":{"id":"00000000-0000-7000-8000-000000000011","event_type":"LimitBreached","entity_type":"LIMIT","entity_id":"l","actor_type":"SYSTEM","after_state":{"run_id":"r"},"correlation_id":"c","occurred_at":"2026-03-02T10:00:30Z"}}
{"audit_entry":{"id":"00000000-0000-7000-8000-000000000012","event_type":"IncidentResolved","entity_type":"INCIDENT","entity_id":"i","actor_type":"HUMAN","actor_id":"ada","after_state":{"run_id":"r"},"correlation_id":"c"}}
{"audit_entry":{"id":"00000000-0000-7000-8000-000000000013","event_type":"RecordsRead","entity_type":"ACCESS","entity_id":"q","actor_type":"HUMAN","actor_id":"bob"}}
{"log_export":{"id":"00000000-0000-7000-8000-000000000021","scope":"llm_run","format":"json","requested_by":"ada"}}
"#;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn run_id() -> RunId {
    RunId::new("r").unwrap()
}

fn id(last: u8) -> RecordId {
    format!("00000000-0000-7000-8000-0000000000{last:02}")
        .parse()
        .unwrap()
}

async fn facade() -> LogsFacade {
    let store = MemoryStore::new(StoreOptions::default());
    let lines = RECORDS.lines().filter(|line| !line.is_empty());
    let drafts = lines.map(|line| Draft::from_json(line).unwrap()).collect();
    let batch = AppendBatch::new(drafts).unwrap();
    let tenant = tenant();
    let appended = store.append(&tenant, &batch, OnConflict::RejectCall);
    appended.await.unwrap();
    LogsFacade::new(Arc::new(store))
}

#[tokio::test]
async fn a_run_comes_with_its_trace_its_actors_and_what_interfered() {
    let facade = facade().await;
    let run = facade.llm_run(&tenant(), &run_id()).await.unwrap().unwrap();
    assert_eq!(run.trace_id, TraceId::new("t").ok());
    assert_eq!(run.evidence.trace_id, run.trace_id);
    assert_eq!(run.duration_micros, Some(60_000_000));
    let actor = run.evidence.actor.unwrap();
    assert_eq!(actor.actor_type, Some(ActorType::Human));
    assert_eq!(actor.actor_id.unwrap().as_str(), "ada");
    assert_eq!(run.evidence.incident_ids.len(), 1);
    assert!(run.evidence.policy_ids.is_empty());
    assert_eq!(run.evidence.checksum, run.record.to_draft().digest());
    assert_eq!(run.evidence.occurred_at, run.record.completed_at.unwrap());
    assert_eq!(run.evidence.recorded_at, run.record.created_at);
    assert!(run.evidence.immutable && !run.has_more_governance);

    let page = PageRequest::default();
    let of_run = GovernanceFilter::default().run_id(run_id());
    let governance = facade.governance(&tenant(), &of_run, &page).await.unwrap();
    assert_eq!(governance.items.len(), 2);
    assert!(
        governance
            .items
            .iter()
            .all(|entry| entry.evidence.run_id == Some(run_id()))
    );

    let other = TenantId::new("other").unwrap();
    assert_eq!(facade.llm_run(&other, &run_id()).await.unwrap(), None);
    assert_eq!(facade.environment(&other, &run_id()).await.unwrap(), None);
}

#[tokio::test]
async fn a_trace_is_a_tree() {
    let facade = facade().await;
    let trace_id = TraceId::new("t").unwrap();
    let tree = facade.trace(&tenant(), &trace_id).await.unwrap().unwrap();
    assert_eq!(tree.header.unwrap().record.run_id, Some(run_id()));
    let depths: Vec<u32> = tree.steps.iter().map(|step| step.depth).collect();
    assert_eq!(depths, [0, 1]);
    assert_eq!(tree.next, None);
    let unknown = TraceId::new("u").unwrap();
    assert_eq!(facade.trace(&tenant(), &unknown).await.unwrap(), None);
}

#[tokio::test]
async fn a_replay_holds_both_ends_of_its_window() {
    let facade = facade().await;
    let margin = ReplayMargin::default();
    let page = PageRequest::default();
    let replay = facade
        .replay(&tenant(), &run_id(), margin, &page)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        replay.moment,
        Timestamp::parse_rfc3339("2026-03-02T10:01:00Z").unwrap()
    );
    // The entry of 10:00:30 and the record of 10:01:30 are 30 seconds away; the outer step is 31.
    let ids: Vec<RecordId> = replay.events.items.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!((ids[0], ids[2]), (id(11), id(4)));
    assert!(ReplayMargin::seconds(0).is_err() && ReplayMargin::seconds(3_601).is_err());
}

#[tokio::test]
async fn the_environment_is_the_last_change_at_the_start() {
    let facade = facade().await;
    let found = facade
        .environment(&tenant(), &run_id())
        .await
        .unwrap()
        .unwrap();
    let ids: Vec<RecordId> = found.last_changes.iter().map(|one| one.record.id).collect();
    assert_eq!(ids, [id(2)]);
    assert!(found.truncated.is_empty());
    let telemetry = facade
        .telemetry(&tenant(), &run_id())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(telemetry.collected, ["completed_at"]);
    assert!(telemetry.unknown.contains(&"cost_nano_usd"));
    assert!(telemetry.never_collected.contains(&"prompts"));
}

#[tokio::test]
async fn a_system_record_is_attributed_by_its_correlation_id() {
    let facade = facade().await;
    let found = facade
        .attribution(&tenant(), &id(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.record.evidence.origin, Origin::Tenant);
    assert_eq!(found.actor.unwrap().actor_type, Some(ActorType::Human));
    assert_eq!(found.audit_entries.len(), 2);
    let others: Vec<RecordId> = found
        .system_records
        .iter()
        .map(|one| one.record.id)
        .collect();
    assert_eq!(others, [id(2)]);
    let alone = facade
        .attribution(&tenant(), &id(4))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(alone.actor, None);
    assert!(alone.audit_entries.is_empty() && !alone.has_more);
    assert_eq!(facade.attribution(&tenant(), &id(99)).await.unwrap(), None);
}

#[tokio::test]
async fn access_and_exports_tell_who_saw_records() {
    let facade = facade().await;
    let page = PageRequest::default();
    let of_limits = AuditFilter::default().entity_type(EntityType::LIMIT);
    let access = facade.access(&tenant(), &of_limits, &page).await.unwrap();
    let ids: Vec<RecordId> = access.items.iter().map(|entry| entry.record.id).collect();
    assert_eq!(ids, [id(13)], "the entity type of the filter gives way");
    let export = facade
        .log_export(&tenant(), &id(21))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(export.evidence.export_ids, [id(21)]);
    assert_eq!(export.evidence.actor.unwrap().actor_type, None);
}

#[tokio::test]
async fn a_page_names_the_time_until_which_it_is_complete() {
    let settled = Timestamp::from_micros(7).unwrap();
    let mut order = mockall::Sequence::new();
    let mut store = MockLogsStore::new();
    store
        .expect_settled_before()
        .times(1)
        .in_sequence(&mut order)
        .returning(move |_| Ok(settled));
    store
        .expect_list_llm_runs()
        .times(1)
        .in_sequence(&mut order)
        .returning(|tenant, filter, page| {
            assert_eq!(tenant.as_str(), "acme");
            assert_eq!(filter.run_id, Some(RunId::new("r").unwrap()));
            assert_eq!(page.limit, PageLimit::new(7).unwrap());
            Ok(QueryResult::from_parts(vec![], Total::Exact(0), None, None))
        });
    let facade = LogsFacade::new(Arc::new(store));
    let filter = LlmRunFilter::default().run_id(run_id());
    let page = PageRequest::default().limit(PageLimit::new(7).unwrap());
    let page = facade.llm_runs(&tenant(), &filter, &page).await.unwrap();
    assert_eq!(
        (page.complete_until, page.total),
        (settled, Total::Exact(0))
    );
}

#[tokio::test]
async fn an_error_of_the_store_is_the_answer() {
    let mut store = MockLogsStore::new();
    store
        .expect_settled_before()
        .returning(|_| Err(StoreError::ReadOnly));
    let facade = LogsFacade::new(Arc::new(store));
    let found = facade
        .system_records(
            &tenant(),
            &SystemRecordFilter::default(),
            &PageRequest::default(),
        )
        .await;
    assert!(matches!(found, Err(StoreError::ReadOnly)));
}
