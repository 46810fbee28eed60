//! How much the server works for a page: rows and buffers that it touches, as it counts them itself.
//! They are the same for the first page and a deep one, and at ten times the records, all of them
//! with one record time; no clock is involved.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_contract::questions::{Question, fill, place};
use logs_contract::samples::first;
use logs_domain::{CountMode, Cursor, LlmRunFilter, LogsReader, StoreLifecycle};
use logs_postgres::PostgresStore;
use sqlx::PgConnection;
use test_postgres::{Durability, Server};

use crate::records::{alone, analyzed, as_superuser, at, tenant};
use crate::support;

/// Records of each of the eight kinds of rows, at first and in the end: 200,000 rows.
const FEW: usize = 2_500;
const MANY: usize = 25_000;
/// How many records a page holds.
const PAGE: u32 = 20;
/// How deep the deep page is.
const DEPTH: usize = 2_000;

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
    for question in Question::ALL.iter().copied() {
        few.push(cost(&mut superuser, &url, question, None).await);
    }
    let store = open(&url).await;
    fill(&store, FEW..MANY).await;
    store.close().await.unwrap();
    analyzed(&mut superuser).await;

    let mut wrong = Vec::new();
    for (question, (items, few)) in Question::ALL.iter().copied().zip(few) {
        let (_, many) = cost(&mut superuser, &url, question, None).await;
        let store = open(&url).await;
        let place = place(&store, question, None, DEPTH).await;
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
