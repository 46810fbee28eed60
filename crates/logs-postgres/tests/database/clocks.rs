//! Stores whose clocks are an hour wrong: nothing is lost from a list, and nothing is told as settled
//! that may still come.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::sync::Arc;

use logs_contract::samples::{first, run};
use logs_domain::{
    AppendBatch, Clock, CountMode, Cursor, LlmRunFilter, LlmRunSnapshot, LogsReader, LogsWriter,
    OnConflict, PageOffset, PageRequest, StoreLifecycle, SystemClock, Timestamp,
};
use logs_postgres::PostgresStore;
use test_postgres::{Durability, Server};

use crate::records::{tenant, volatile};
use crate::support;

const HOUR: i64 = 3_600_000_000;

/// The clock of this machine, wrong by so many microseconds.
#[derive(Debug)]
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        SystemClock.now().saturating_add_micros(self.0)
    }

    fn tells_time_of_day(&self) -> bool {
        true
    }
}

async fn connected(url: &str, micros: i64) -> PostgresStore {
    let options = volatile().clock(Arc::new(Wrong(micros)));
    PostgresStore::connect(url, options).await.unwrap()
}

/// Appends some runs and tells their record time.
async fn append(store: &PostgresStore, name: &str) -> Timestamp {
    let runs = (0..4).map(|place| run(&format!("{name} {place}")).into());
    let batch = AppendBatch::new(runs.collect()).unwrap();
    let appended = store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await;
    appended.unwrap().records[0].created_at
}

async fn page(
    store: &PostgresStore,
    request: PageRequest,
) -> (Vec<LlmRunSnapshot>, Option<Cursor>) {
    let request = request.count(CountMode::Skip);
    let filter = LlmRunFilter::default();
    let listed = store.list_llm_runs(&tenant(), &filter, &request).await;
    let listed = listed.unwrap();
    (listed.items, listed.next)
}

#[tokio::test]
async fn a_clock_that_is_wrong_by_an_hour_is_not_ready() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    for (micros, ready) in [(0, true), (HOUR, false), (-HOUR, false), (2_000_000, true)] {
        let store = connected(&url, micros).await;
        let found = store.ready().await;
        assert_eq!(found.is_ok(), ready, "{micros}: {found:?}");
        if let Err(error) = found {
            assert!(
                error.to_string().contains("ms from that of the server"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_walk_of_pages_loses_nothing_and_doubles_nothing_while_clocks_disagree() {
    const ROUNDS: usize = 6;
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let ahead = connected(&url, HOUR).await;
    let behind = connected(&url, -HOUR).await;
    let mut before = BTreeSet::new();
    for round in 0..ROUNDS {
        let late = append(&ahead, &format!("ahead {round}")).await;
        let early = append(&behind, &format!("behind {round}")).await;
        assert!(early.saturating_add_micros(HOUR) < late);
        for place in 0..4 {
            before.insert(format!("ahead {round} {place}"));
            before.insert(format!("behind {round} {place}"));
        }
    }
    // Both go on between the pages, before and behind what was walked.
    let (mut walked, mut next) = page(&behind, first(5)).await;
    let mut number = 0;
    while let Some(cursor) = next {
        append(&ahead, &format!("more ahead {number}")).await;
        if number < ROUNDS {
            append(&behind, &format!("more behind {number}")).await;
        }
        number += 1;
        let (items, behind_them) = page(&behind, first(5).after(cursor)).await;
        walked.extend(items);
        next = behind_them;
    }
    let places: Vec<_> = walked.iter().map(|run| (run.created_at, run.id)).collect();
    assert!(places.is_sorted_by(|one, next| one > next), "{places:?}");
    let names: BTreeSet<_> = walked.iter().map(|run| run.run_id.to_string()).collect();
    let lost: Vec<_> = before.difference(&names).collect();
    assert!(lost.is_empty(), "{lost:?}");

    // The control: a walk by offsets meets again what newer records have pushed back.
    let (front, _) = page(&behind, first(5)).await;
    append(&ahead, "newest").await;
    let offset = PageOffset::new(5).unwrap();
    let (pushed, _) = page(&behind, first(5).offset(offset)).await;
    assert!(pushed.iter().any(|run| front.contains(run)));
}

#[tokio::test]
async fn a_clock_that_is_an_hour_ahead_settles_nothing_that_others_may_still_append() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let right = connected(&url, 0).await;
    for micros in [0, HOUR, -HOUR] {
        let store = connected(&url, micros).await;
        append(&store, &format!("own {micros}")).await;
        let settled = store.settled_before(&tenant()).await.unwrap();
        let later = append(&right, &format!("after {micros}")).await;
        assert!(
            settled < later,
            "{micros}: {settled} was settled before {later}"
        );
        // It is some time that is told, not for ever.
        assert!(later < settled.saturating_add_micros(2 * HOUR), "{micros}");
    }
}
