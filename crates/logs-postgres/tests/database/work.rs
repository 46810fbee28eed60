//! How much the server works for a page: rows and buffers that it touches, as it counts them itself.
//! They are the same for the first page and a deep one, and at ten times the records, all of them
//! with one record time; no clock is involved.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_contract::samples::{correlation, first, run_id, trace_id};
use logs_domain::{
    AppendBatch, AuditFilter, CountMode, Cursor, Draft, EntityType, ExecutionStatus,
    GovernanceFilter, LlmRunFilter, LogExportFilter, LogExportOutcome, LogsReader, LogsWriter,
    OnConflict, PageRequest, Reason, ReplayQuery, StoreLifecycle, StoreResult, SystemRecordFilter,
    TimeRange, Timestamp, TraceFilter, TraceStepFilter,
};
use logs_postgres::PostgresStore;
use sqlx::PgConnection;
use test_postgres::{Durability, Server};

use crate::plans::alone;
use crate::records::{as_superuser, at, tenant};
use crate::support;

/// Records of each of the eight kinds of rows, at first and in the end: 200,000 rows.
const FEW: usize = 2_500;
const MANY: usize = 25_000;
/// How many records a page holds.
const PAGE: u32 = 20;
/// How deep the deep page is.
const DEPTH: usize = 2_000;

/// One record of each kind; each tenth is what the filters look for.
fn drafts(n: usize) -> Vec<Draft> {
    let hot = n.is_multiple_of(10);
    let name = if hot { "hot" } else { "cold" };
    let group = if hot {
        name.to_owned()
    } else {
        format!("g{}", n / 100)
    };
    let status = if hot { "FAILED" } else { "SUCCEEDED" };
    let entity = if hot { "LIMIT" } else { "SIGNAL" };
    let time = Timestamp::from_micros(1_750_000_000_000_000 + 1_000_000 * n as i64).unwrap();
    let id = |kind: u8| format!("018f4e5c-8f4e-7c3a-8b4e-0000{kind:02x}{n:06x}");
    let (system, audit, export) = (id(1), id(2), id(3));
    [
        format!(r#"{{"llm_run":{{"run_id":"r{n}","trace_id":"{group}","provider":"p","model":"{name}","execution_status":"{status}","started_at":"{time}","source":"SDK"}}}}"#),
        format!(r#"{{"trace":{{"trace_id":"t{n}","run_id":"{group}"}}}}"#),
        format!(r#"{{"trace_step":{{"trace_id":"{group}","key":{{"position":{n}}},"timestamp":"{time}","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":1}}}}"#),
        format!(r#"{{"trace_step":{{"trace_id":"{group}","key":{{"span":"s{n}"}},"timestamp":"{time}","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":1}}}}"#),
        format!(r#"{{"system_record":{{"id":"{system}","component":"api","event_type":"ERROR","severity":"INFO","summary":"s","correlation_id":"{group}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"audit_entry":{{"id":"{audit}","event_type":"e","entity_type":"{entity}","entity_id":"{group}","actor_type":"HUMAN","after_state":{{"run_id":"{group}"}},"correlation_id":"{group}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"log_export":{{"id":"{export}","scope":"audit","format":"json","requested_by":"x"}}}}"#),
    ]
    .iter()
    .map(|line| Draft::from_json(line).unwrap())
    .chain([LogExportOutcome::failed(
        id(3).parse().unwrap(),
        Reason::new("full").unwrap(),
    )
    .into()])
    .collect()
}

async fn fill(store: &PostgresStore, records: std::ops::Range<usize>) {
    let all: Vec<Draft> = records.flat_map(drafts).collect();
    for some in all.chunks(8_000) {
        let batch = AppendBatch::new(some.to_vec()).unwrap();
        store
            .append(&tenant(), &batch, OnConflict::RejectCall)
            .await
            .unwrap();
    }
}

/// What the server counted in the tables of records: rows fetched, and buffers asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    rows: i64,
    buffers: i64,
}

async fn counted(connection: &mut PgConnection) -> Work {
    let (rows, buffers) = sqlx::query_as(
        "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0))::bigint, \
             SUM(heap_blks_hit + heap_blks_read + COALESCE(idx_blks_hit + idx_blks_read, 0))::bigint \
         FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid) \
         WHERE pg_stat_user_tables.schemaname = 'logs' \
             AND pg_stat_user_tables.relname NOT IN ('schema_migration', 'retention_floor')",
    )
    .fetch_one(connection)
    .await
    .unwrap();
    Work { rows, buffers }
}

/// The promised questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Runs,
    RunsByRun,
    RunsByTrace,
    RunsByModel,
    RunsByStatus,
    Traces,
    TracesByRun,
    Steps,
    StepsOfTrace,
    System,
    SystemByCorrelation,
    SystemListByCorrelation,
    SystemListByRareCorrelation,
    SystemInWindow,
    Audit,
    AuditByEntity,
    AuditByCorrelation,
    Governance,
    GovernanceOfRun,
    ReplayOfWindow,
    ReplayOfTrace,
    Exports,
}

impl Question {
    const ALL: [Self; 22] = [
        Self::Runs,
        Self::RunsByRun,
        Self::RunsByTrace,
        Self::RunsByModel,
        Self::RunsByStatus,
        Self::Traces,
        Self::TracesByRun,
        Self::Steps,
        Self::StepsOfTrace,
        Self::System,
        Self::SystemByCorrelation,
        Self::SystemListByCorrelation,
        Self::SystemListByRareCorrelation,
        Self::SystemInWindow,
        Self::Audit,
        Self::AuditByEntity,
        Self::AuditByCorrelation,
        Self::Governance,
        Self::GovernanceOfRun,
        Self::ReplayOfWindow,
        Self::ReplayOfTrace,
        Self::Exports,
    ];

    /// The number of records on a page, and the place behind it.
    async fn page(
        self,
        store: &PostgresStore,
        page: &PageRequest,
    ) -> StoreResult<(usize, Option<Cursor>)> {
        macro_rules! ask {
            ($asked:expr) => {
                $asked.await.map(|page| (page.items.len(), page.next))
            };
        }
        let t = &tenant();
        let runs = LlmRunFilter::default;
        let audit = AuditFilter::default;
        // From the first records on, without end: as wide as what is stored.
        let window = TimeRange::between(
            Timestamp::from_micros(1_750_000_000_000_000).unwrap(),
            Timestamp::from_micros(1_760_000_000_000_000).unwrap(),
        )
        .unwrap();
        match self {
            Self::Runs => ask!(store.list_llm_runs(t, &runs(), page)),
            Self::RunsByRun => {
                let filter = runs().run_id(run_id("r777"));
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByTrace => {
                let filter = runs().trace_id(trace_id("hot"));
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByModel => {
                let filter = runs().model("hot".parse().unwrap());
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByStatus => {
                let filter = runs().execution_status(ExecutionStatus::Failed);
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::Traces => ask!(store.list_traces(t, &TraceFilter::default(), page)),
            Self::TracesByRun => {
                let filter = TraceFilter::default().run_id(run_id("hot"));
                ask!(store.list_traces(t, &filter, page))
            }
            Self::Steps => ask!(store.list_trace_steps(t, &TraceStepFilter::default(), page)),
            Self::StepsOfTrace => ask!(store.get_trace_steps(t, &trace_id("hot"), page)),
            Self::System => {
                ask!(store.list_system_records(t, &SystemRecordFilter::default(), page))
            }
            Self::SystemByCorrelation => {
                ask!(store.get_system_record_by_correlation(t, &correlation("hot"), page))
            }
            Self::SystemListByCorrelation => {
                let filter = SystemRecordFilter::default().correlation_id(correlation("hot"));
                ask!(store.list_system_records(t, &filter, page))
            }
            Self::SystemListByRareCorrelation => {
                // Twenty-one of the first records, which a list of the newest comes to last.
                let filter = SystemRecordFilter::default().correlation_id(correlation("g0"));
                ask!(store.list_system_records(t, &filter, page))
            }
            Self::SystemInWindow => ask!(store.get_system_records_in_window(t, &window, page)),
            Self::Audit => ask!(store.list_audit_entries(t, &audit(), page)),
            Self::AuditByEntity => {
                let filter = audit()
                    .entity_type(EntityType::LIMIT)
                    .entity_id("hot".parse().unwrap());
                ask!(store.list_audit_entries(t, &filter, page))
            }
            Self::AuditByCorrelation => {
                let filter = audit().correlation_id(correlation("hot"));
                ask!(store.list_audit_entries(t, &filter, page))
            }
            Self::Governance => {
                ask!(store.get_governance_events(t, &GovernanceFilter::default(), page))
            }
            Self::GovernanceOfRun => {
                let filter = GovernanceFilter::default().run_id(run_id("hot"));
                ask!(store.get_governance_events(t, &filter, page))
            }
            Self::ReplayOfWindow => {
                ask!(store.get_replay_window_events(t, &ReplayQuery::new(window), page))
            }
            Self::ReplayOfTrace => {
                let query = ReplayQuery::new(window).trace_id(trace_id("hot"));
                ask!(store.get_replay_window_events(t, &query, page))
            }
            Self::Exports => ask!(store.list_log_exports(t, &LogExportFilter::default(), page)),
        }
    }
}

async fn open(url: &str) -> PostgresStore {
    PostgresStore::connect(url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap()
}

/// What one page costs, asked on a connection of its own: sessions tell what they counted when they
/// end. The number of records on the page is what else is told.
async fn cost(
    superuser: &mut PgConnection,
    url: &str,
    question: Question,
    after: Option<Cursor>,
) -> (usize, Work) {
    alone(superuser).await;
    let before = counted(superuser).await;
    let store = open(url).await;
    let mut page = first(PAGE).count(CountMode::Skip);
    if let Some(after) = after {
        page = page.after(after);
    }
    let (items, _) = question.page(&store, &page).await.unwrap();
    store.close().await.unwrap();
    alone(superuser).await;
    let after = counted(superuser).await;
    let work = Work {
        rows: after.rows - before.rows,
        buffers: after.buffers - before.buffers,
    };
    (items, work)
}

/// The place behind so many records; none where there are fewer.
async fn place(store: &PostgresStore, question: Question, depth: usize) -> Option<Cursor> {
    let mut page = first(1_000).count(CountMode::Skip);
    let mut passed = 0;
    loop {
        let (items, next) = question.page(store, &page).await.unwrap();
        passed += items;
        let next = next?;
        if passed >= depth {
            return Some(next);
        }
        page = first(1_000).count(CountMode::Skip).after(next);
    }
}

async fn analyzed(superuser: &mut PgConnection) {
    sqlx::raw_sql("VACUUM ANALYZE")
        .execute(superuser)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_every_promised_question_costs_the_same_at_any_depth_and_any_size() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let mut superuser = as_superuser(&database).await;
    let store = open(&url).await;
    fill(&store, 0..FEW).await;
    store.close().await.unwrap();
    analyzed(&mut superuser).await;
    let mut few = Vec::new();
    for question in Question::ALL {
        few.push(cost(&mut superuser, &url, question, None).await);
    }
    let store = open(&url).await;
    fill(&store, FEW..MANY).await;
    store.close().await.unwrap();
    analyzed(&mut superuser).await;

    let mut wrong = Vec::new();
    for (question, (items, few)) in Question::ALL.into_iter().zip(few) {
        let (_, many) = cost(&mut superuser, &url, question, None).await;
        let store = open(&url).await;
        let place = place(&store, question, DEPTH).await;
        store.close().await.unwrap();
        let deep = match place {
            Some(place) => Some(cost(&mut superuser, &url, question, Some(place)).await.1),
            None => None,
        };
        assert!(
            items == 20 || question == Question::RunsByRun,
            "{question:?}"
        );
        if let (Question::ReplayOfTrace, Some(deep)) = (question, deep) {
            // Its events bear their numbers in the trace, and a span has that of those before it.
            assert!(deep.rows < few.rows + DEPTH as i64, "{deep:?}");
        }
        let deep = deep.filter(|_| question != Question::ReplayOfTrace);
        for found in [Some(many), deep].into_iter().flatten() {
            // An index may be a level higher, on each table of a merge, and a deep place begins
            // in the middle of two pages of it.
            let more_buffers = found.buffers > few.buffers * 12 / 10 + 12;
            if more_buffers || found.rows > few.rows * 12 / 10 + 4 {
                wrong.push(format!("{question:?}: {few:?}, then {found:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
    // The control: nobody promised that runs are found by their provider.
    let before = counted(&mut superuser).await;
    let store = open(&url).await;
    let filter = LlmRunFilter::default().provider("nobody".parse().unwrap());
    let page = first(PAGE).count(CountMode::Skip);
    let found = store.list_llm_runs(&tenant(), &filter, &page).await;
    assert!(found.unwrap().items.is_empty());
    store.close().await.unwrap();
    alone(&mut superuser).await;
    let all = counted(&mut superuser).await.rows - before.rows;
    assert!(all >= MANY as i64, "{all} rows");
}
