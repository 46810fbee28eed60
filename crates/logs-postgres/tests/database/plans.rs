//! Every page is found by an index: the server counts the scans of whole tables.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_contract::samples::{
    at, audit_of, between, correlation, export, first, id, json, run, run_id, span, step, system,
    trace, trace_id,
};
use logs_domain::{
    AppendBatch, AuditFilter, CountMode, Cursor, Draft, EntityType, ExecutionStatus, ExportStatus,
    GovernanceFilter, LlmRunFilter, LogExportFilter, LogExportOutcome, LogsReader, LogsWriter,
    OnConflict, PageRequest, Reason, ReplayQuery, StoreLifecycle, SystemRecordFilter, TimeRange,
    TraceFilter, TraceStepFilter,
};
use logs_postgres::PostgresStore;
use sqlx::{Connection, PgConnection};
use test_postgres::{Durability, Server};

use crate::records::{as_superuser, at as at_time, tenant};
use crate::support;

/// How many records of each kind there are: enough that reading them all would cost more.
const RECORDS: u32 = 6_000;

/// Records of every kind, spread over traces, runs, models and correlations.
fn drafts(number: u32) -> Vec<Draft> {
    let name = format!("r{number}");
    let group = format!("g{}", number / 10);
    let mut one = run(&name).trace_id(trace_id(&group));
    one.model = format!("m{}", number % 50).parse().expect("a model");
    if number.is_multiple_of(100) {
        one.execution_status = ExecutionStatus::Failed;
    }
    let kind = if number.is_multiple_of(10) {
        "LIMIT"
    } else {
        "OTHER"
    };
    let mut entry = audit_of(number, EntityType::new(kind).expect("a type"));
    entry.entity_id = group.parse().expect("an id");
    entry.correlation_id = Some(correlation(&group));
    entry.after_state = Some(json(&format!(r#"{{"run_id":"{name}"}}"#)));
    let mut record = system(number);
    record.correlation_id = Some(correlation(&group));
    record.occurred_at = Some(at(i64::from(number)));
    entry.occurred_at = Some(at(i64::from(number)));
    let reason = Reason::new("full").expect("a reason");
    vec![
        one.into(),
        trace(&group_of(number)).run_id(run_id(&name)).into(),
        step(&group, number).into(),
        span(&group, &name, i64::from(number)).into(),
        record.into(),
        entry.into(),
        export(number).into(),
        LogExportOutcome::failed(id(number), reason).into(),
    ]
}

fn group_of(number: u32) -> String {
    format!("t{number}")
}

async fn populate(store: &PostgresStore) {
    let all: Vec<Draft> = (0..RECORDS).flat_map(drafts).collect();
    for some in all.chunks(8_000) {
        let batch = AppendBatch::new(some.to_vec()).expect("a batch");
        let appended = store
            .append(&tenant(), &batch, OnConflict::RejectCall)
            .await;
        appended.expect("the records are stored");
    }
}

/// The scans of whole tables that hold records of the test, in this database.
async fn scans(connection: &mut PgConnection) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT relname::text, seq_scan FROM pg_stat_user_tables \
         WHERE schemaname = 'logs' AND (relname LIKE '%\\_0\\_202506' OR relname = 'record_key') \
         ORDER BY 1",
    )
    .fetch_all(connection)
    .await
    .expect("the statistics")
}

/// Waits until the sessions of the application are gone: what they counted is told then.
pub(crate) async fn alone(connection: &mut PgConnection) {
    loop {
        let others: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
             AND datname = current_database() AND backend_type = 'client backend'",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("the sessions");
        if others == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Asks for two pages. Counts are left out: they read all that they count.
macro_rules! pages {
    ($store:ident . $method:ident ( $($argument:expr),+ )) => {{
        let mut request: PageRequest = first(20).count(CountMode::Skip);
        for _ in 0..2 {
            let page = $store.$method($($argument,)+ &request).await.unwrap();
            assert!(!page.items.is_empty(), stringify!($method $($argument)+));
            let Some(next): Option<Cursor> = page.next else { break };
            request = first(20).count(CountMode::Skip).after(next);
        }
    }};
}

async fn ask_everything(store: &PostgresStore) {
    let t = &tenant();
    let group = "g77";
    let window = between(500, 700);
    let governance = GovernanceFilter::default();
    pages!(store.list_llm_runs(t, &LlmRunFilter::default()));
    pages!(store.list_llm_runs(t, &LlmRunFilter::default().run_id(run_id("r777"))));
    pages!(store.list_llm_runs(t, &LlmRunFilter::default().trace_id(trace_id(group))));
    pages!(store.list_llm_runs(t, &LlmRunFilter::default().model("m7".parse().unwrap())));
    let failed = LlmRunFilter::default().execution_status(ExecutionStatus::Failed);
    pages!(store.list_llm_runs(t, &failed));
    assert!(
        store
            .get_llm_run(t, &run_id("r777"))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .get_trace_id_for_run(t, &run_id("r777"))
            .await
            .unwrap()
            .is_some()
    );
    pages!(store.list_traces(t, &TraceFilter::default()));
    pages!(store.list_traces(t, &TraceFilter::default().trace_id(trace_id("t777"))));
    pages!(store.list_traces(t, &TraceFilter::default().run_id(run_id("r777"))));
    pages!(store.list_trace_steps(t, &TraceStepFilter::default()));
    pages!(store.list_trace_steps(t, &TraceStepFilter::default().trace_id(trace_id(group))));
    pages!(store.get_trace_steps(t, &trace_id(group)));
    pages!(store.list_system_records(t, &SystemRecordFilter::default()));
    pages!(store.get_system_record_by_correlation(t, &correlation(group)));
    pages!(store.get_system_records_in_window(t, &window));
    pages!(store.list_audit_entries(t, &AuditFilter::default()));
    pages!(store.list_audit_entries(
        t,
        &AuditFilter::default().correlation_id(correlation(group))
    ));
    let of_entity = AuditFilter::default()
        .entity_type(EntityType::new("OTHER").unwrap())
        .entity_id(group.parse().unwrap());
    pages!(store.list_audit_entries(t, &of_entity));
    assert!(store.get_audit_entry(t, &id(777)).await.unwrap().is_some());
    pages!(store.get_governance_events(t, &governance));
    pages!(store.get_governance_events(t, &GovernanceFilter::default().run_id(run_id("r770"))));
    pages!(store.get_replay_window_events(t, &ReplayQuery::new(window)));
    let of_trace = ReplayQuery::new(TimeRange::ALL).trace_id(trace_id(group));
    pages!(store.get_replay_window_events(t, &of_trace));
    let pending = LogExportFilter::default().status(ExportStatus::Failed);
    pages!(store.list_log_exports(t, &LogExportFilter::default()));
    pages!(store.list_log_exports(t, &pending));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_scans_a_whole_table() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let options = || at_time("2025-06-15T00:00:00Z");
    let store = PostgresStore::connect(&application, options())
        .await
        .unwrap();
    populate(&store).await;
    store.close().await.unwrap();
    let mut superuser = as_superuser(&database).await;
    sqlx::raw_sql("VACUUM ANALYZE")
        .execute(&mut superuser)
        .await
        .unwrap();
    alone(&mut superuser).await;
    let before = scans(&mut superuser).await;
    assert!(before.len() == 9, "{before:?}");

    let store = PostgresStore::connect(&application, options())
        .await
        .unwrap();
    ask_everything(&store).await;
    store.close().await.unwrap();
    alone(&mut superuser).await;
    assert_eq!(
        scans(&mut superuser).await,
        before,
        "a read scanned a whole table"
    );

    // The statistics tell of such scans when there are any.
    let mut other = PgConnection::connect(&database.url()).await.unwrap();
    let scan = "SET enable_indexscan = off; SET enable_bitmapscan = off; \
        SET enable_indexonlyscan = off; SELECT COUNT(model) FROM logs.llm_run";
    sqlx::raw_sql(scan).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    alone(&mut superuser).await;
    assert_ne!(scans(&mut superuser).await, before);
}
