//! The plan of every statement of every read, as the server makes it for any parameters and for
//! those of the question: no scan of a whole table, no sort of more than a page, no row that is read
//! in vain, and not more buffers far behind than at the front.
//!
//! The statements are not written down here: the server logs what the store asks, and plans that
//! again.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;

use logs_contract::questions::{Question, fill, fill_runs, place};
use logs_contract::samples::{first, run_id, trace_id};
use logs_domain::{
    CountMode, Direction, ExportStatus, LlmRunFilter, LogExportFilter, LogsReader, PageRequest,
    StoreLifecycle, TimeRange, Timestamp, TraceFilter, TraceStepFilter,
};
use logs_postgres::PostgresStore;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{analyzed, as_superuser, at, tenant};
use crate::support;

mod explain;
pub(crate) mod log;

use explain::{Allowed, Mode, explained};
use log::{Statement, statements};

/// Records of each of the eight kinds of rows of the tenant: 200,000 rows.
const MANY: usize = 25_000;
/// How many of its runs have one record time, as if one append could hold them all.
const RUNS: usize = 100_000;
/// How many records a page holds.
const PAGE: u32 = 20;
/// How deep the deep page is; for runs, of which there are most.
const DEPTH: usize = 2_000;
const DEPTH_OF_RUNS: usize = 90_000;
/// What a page may cost: one record more than it holds, from each branch of a merge; and for a span,
/// to count what comes before it in its trace.
const OF_A_PAGE: Allowed = Allowed {
    rows: 2.0 * (PAGE as f64 + 1.0),
    counted: MANY as f64 / 10.0,
};

/// What a look at the key of a record may cost: a descent in the index of keys, and the row.
const OF_A_KEY: f64 = 5.0;

/// A server whose log tells what the store asks, and a store on it.
struct Scene {
    store: PostgresStore,
    /// Plans what the store asked.
    planner: PgConnection,
    /// The tables that hold records.
    held: BTreeSet<String>,
    wrong: Vec<String>,
    /// How many statements were planned.
    planned: usize,
    /// How many keys they looked up.
    keys: f64,
    _database: Database,
    server: Server,
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start(Durability::Off).unwrap();
        let database = support::migrated(&server).await.unwrap();
        let url = database.url_as(support::APPLICATION);
        let connect = || PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"));
        let store = connect().await.unwrap();
        fill(&store, 0..MANY).await;
        fill_runs(&store, MANY..RUNS).await;
        store.close().await.unwrap();
        let mut superuser = as_superuser(&database).await;
        analyzed(&mut superuser).await;
        let logged = format!(
            "ALTER ROLE {} IN DATABASE {} SET log_statement = 'all'",
            support::APPLICATION,
            database.name()
        );
        let logged = sqlx::raw_sql(AssertSqlSafe(logged));
        logged.execute(&mut superuser).await.unwrap();
        let held: Vec<String> = sqlx::query_scalar(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
             AND relkind = 'r' AND reltuples > 0 \
             AND relname NOT IN ('schema_migration', 'retention_floor')",
        )
        .fetch_all(&mut superuser)
        .await
        .unwrap();
        // A month of each kind of rows, the runs of events, and the keys.
        assert_eq!(held.len(), 9, "{held:?}");
        // What the store sets for its readers; that it does is seen by what they work.
        let planner: PgConnectOptions = database.url().parse().unwrap();
        let planner = planner.options([("enable_sort", "off")]);
        Self {
            store: connect().await.unwrap(),
            planner: planner.connect().await.unwrap(),
            held: held.into_iter().collect(),
            wrong: Vec::new(),
            planned: 0,
            keys: 0.0,
            _database: database,
            server,
        }
    }

    fn logged(&self) -> usize {
        self.server.log().unwrap().len()
    }

    /// What the store asked since the log was so long.
    fn asked_since(&self, logged: usize) -> Vec<Statement> {
        let asked = statements(&self.server.log().unwrap()[logged..]);
        assert!(!asked.is_empty(), "the log tells of no statement");
        asked
    }

    /// Looks at the plans of what was asked since the log was so long, and tells how many buffers it
    /// takes by each kind of them.
    async fn check(&mut self, name: &str, logged: usize, allowed: Allowed) -> [f64; 2] {
        let asked = self.asked_since(logged);
        let mut buffers = [0.0; 2];
        for (mode, buffers) in Mode::ALL.into_iter().zip(&mut buffers) {
            for statement in &asked {
                let plan = explained(&mut self.planner, statement, mode, "").await;
                self.planned += 1;
                *buffers += plan.buffers();
                let (keys, of_keys) = plan.keys();
                if keys > OF_A_PAGE.rows || of_keys > OF_A_KEY * keys {
                    let fault = format!("{name}, {mode:?}: {of_keys} buffers for {keys} keys");
                    self.wrong.push(fault);
                }
                self.keys += keys;
                let faults = plan.faults(&self.held, allowed);
                let told = |fault| format!("{name}, {mode:?}: {fault} in {}", statement.sql);
                self.wrong.extend(faults.into_iter().map(told));
            }
            // A record is at most so many: a descent in an index, and its own; with what is joined.
            if *buffers > 3.0 * allowed.rows {
                self.wrong
                    .push(format!("{name}, {mode:?}: {buffers} buffers"));
            }
        }
        buffers
    }

    /// Looks at the plans of the first page of a question, counted and not, and of deep ones, both ways.
    async fn check_pages(&mut self, question: Question) {
        let logged = self.logged();
        question.page(&self.store, &first(PAGE)).await.unwrap();
        let counted = if question == Question::Exports {
            // Their outcomes are joined, all those of the tenant: exports are as many as people
            // asked for.
            MANY as f64
        } else {
            // A count ends there.
            10_001.0
        };
        let counting = Allowed {
            counted,
            ..OF_A_PAGE
        };
        self.check(&format!("{question:?}, counted"), logged, counting)
            .await;
        for direction in [Direction::Ascending, Direction::Descending] {
            self.check_way(question, direction).await;
        }
    }

    /// Looks at the plans of the first page of a direction, and of those at a deep place: the one behind
    /// it and the one before it.
    async fn check_way(&mut self, question: Question, direction: Direction) {
        let page = first(PAGE).count(CountMode::Skip).direction(direction);
        let name = format!("{question:?} {direction:?}");
        let front = self.check_page(&name, question, &page).await;
        let depth = if question == Question::Runs {
            DEPTH_OF_RUNS
        } else {
            DEPTH
        };
        let Some(place) = place(&self.store, question, Some(direction), depth).await else {
            return;
        };
        for page in [page.clone().after(place.clone()), page.before(place)] {
            let name = format!("{name} {:?}", page.position);
            let deep = self.check_page(&name, question, &page).await;
            for (front, deep) in front.into_iter().zip(deep) {
                // The place may be in the middle of two pages of each index of a merge.
                if deep > front * 1.2 + 12.0 {
                    self.wrong
                        .push(format!("{name}: {front} buffers, {deep} when deep"));
                }
            }
        }
    }

    /// The buffers of a page, whose plans it looks at.
    async fn check_page(&mut self, name: &str, question: Question, page: &PageRequest) -> [f64; 2] {
        let logged = self.logged();
        question.page(&self.store, page).await.unwrap();
        self.check(name, logged, OF_A_PAGE).await
    }
}

/// Asks, and looks at the plans of what that asked the server for.
macro_rules! check {
    ($scene:ident, $allowed:expr, $method:ident ( $($argument:expr),+ )) => {{
        let logged = $scene.logged();
        $scene.store.$method(&tenant(), $($argument),+).await.unwrap();
        $scene.check(stringify!($method $($argument)+), logged, $allowed).await;
    }};
}

/// The reads that are no promised list.
async fn check_others(scene: &mut Scene) {
    let page: &PageRequest = &first(PAGE).count(CountMode::Skip);
    let [record, entry, export] = [1, 2, 3].map(|kind| {
        let id = format!("018f4e5c-8f4e-7c3a-8b4e-{kind:06}000309");
        id.parse().unwrap()
    });
    check!(scene, OF_A_PAGE, get_llm_run(&run_id("r777")));
    check!(scene, OF_A_PAGE, get_trace_id_for_run(&run_id("r777")));
    check!(scene, OF_A_PAGE, get_audit_entry(&entry));
    check!(scene, OF_A_PAGE, get_trace(&trace_id("t777")));
    check!(scene, OF_A_PAGE, get_system_record(&record));
    check!(scene, OF_A_PAGE, get_log_export(&export));
    let one = TraceFilter::default().trace_id(trace_id("t777"));
    check!(scene, OF_A_PAGE, list_traces(&one, page));
    let window = TimeRange::since(Timestamp::MIN);
    let since = LlmRunFilter::default().created(window);
    check!(scene, OF_A_PAGE, list_llm_runs(&since, page));
    // No index has the outcomes: all exports of the tenant may be looked at, and sorted.
    let failed = LogExportFilter::default().status(ExportStatus::Failed);
    let exports = Allowed {
        rows: MANY as f64,
        ..OF_A_PAGE
    };
    check!(scene, exports, list_log_exports(&failed, page));
    // No index has the steps of one trace in the order of record times: they are sorted, all those of
    // the trace and no more.
    let steps = TraceStepFilter::default().trace_id(trace_id("g7"));
    let of_a_trace = Allowed {
        rows: 180.0,
        ..OF_A_PAGE
    };
    check!(scene, of_a_trace, list_trace_steps(&steps, page));
    // Of a run's headers with one record time the first by trace id is looked for among all of them.
    // Here they are thousands, where runs have one trace or two.
    let headers = Allowed {
        rows: MANY as f64 / 10.0,
        ..OF_A_PAGE
    };
    check!(scene, headers, get_trace_id_for_run(&run_id("hot")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_of_every_read_has_a_plan_that_reads_its_page_alone() {
    if Server::is_given() {
        // The log of a given server cannot be read.
        return;
    }
    let mut scene = Scene::new().await;
    for question in Question::ALL.iter().copied() {
        scene.check_pages(question).await;
    }
    check_others(&mut scene).await;
    let wrong = scene.wrong.join("\n");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(scene.planned > 200, "{} were planned", scene.planned);
    assert!(scene.keys > 4_000.0, "{} keys were looked up", scene.keys);
    check_controls(&mut scene).await;
}

/// What is wrong is found: a filter that nobody promised, and a page without its index.
async fn check_controls(scene: &mut Scene) {
    let page = &first(PAGE).count(CountMode::Skip);
    let runs = LlmRunFilter::default;
    let nobodys = runs().provider("nobody".parse().unwrap());
    let dropped = "DROP INDEX logs.llm_run_page";
    for (filter, first, found) in [(nobodys, "", "in vain"), (runs(), dropped, "a sort of")] {
        let logged = scene.logged();
        let listed = scene.store.list_llm_runs(&tenant(), &filter, page).await;
        listed.unwrap();
        for mode in Mode::ALL {
            let asked = scene.asked_since(logged);
            assert_eq!(asked.len(), 1, "{asked:?}");
            let statement = asked.first().unwrap();
            let sorts = filter.provider.is_some();
            assert_eq!(!statement.settings.is_empty(), sorts, "{statement:?}");
            let plan = explained(&mut scene.planner, statement, mode, first).await;
            let faults = plan.faults(&scene.held, OF_A_PAGE);
            let found = faults.iter().any(|fault| fault.contains(found));
            assert!(found, "{mode:?} of {statement:?}: {faults:?}");
        }
    }
}
