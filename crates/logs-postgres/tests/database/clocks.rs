//! Stores whose clocks are wrong: by seconds, nothing is lost from a list, and nothing is told as
//! settled that may still come. By more, nothing is stored.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use logs_contract::samples::{first, run};
use logs_domain::{
    AppendBatch, Clock, CountMode, Cursor, LlmRunFilter, LlmRunSnapshot, LogsReader, LogsWriter,
    OnConflict, PageOffset, PageRequest, StoreError, StoreLifecycle, StoreResult, SystemClock,
    Timestamp, WriteOutcome,
};
use logs_postgres::PostgresStore;
use test_postgres::{Durability, Server};

use crate::records::{tenant, volatile_with};
use crate::support;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const YEAR: i64 = 365 * 24 * HOUR;

/// The clock of this machine, wrong by so many microseconds.
#[derive(Debug)]
struct Wrong(AtomicI64);

impl Wrong {
    fn by(micros: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(micros)))
    }
}

impl Clock for Wrong {
    fn now(&self) -> Timestamp {
        SystemClock
            .now()
            .saturating_add_micros(self.0.load(Ordering::SeqCst))
    }

    fn tells_time_of_day(&self) -> bool {
        true
    }
}

async fn try_connect(url: &str, clock: Arc<Wrong>) -> StoreResult<PostgresStore> {
    PostgresStore::connect(url, volatile_with(clock)).await
}

async fn connected(url: &str, micros: i64) -> PostgresStore {
    try_connect(url, Wrong::by(micros)).await.unwrap()
}

/// Appends some runs and tells their record time.
async fn try_append(store: &PostgresStore, name: &str) -> StoreResult<Timestamp> {
    let runs = (0..4).map(|place| run(&format!("{name} {place}")).into());
    let batch = AppendBatch::new(runs.collect()).unwrap();
    let appended = store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await;
    appended.map(|appended| appended.records[0].created_at)
}

async fn append(store: &PostgresStore, name: &str) -> Timestamp {
    try_append(store, name).await.unwrap()
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

/// Checks that it was the clock, and that nothing came of it.
fn assert_refused<T: std::fmt::Debug>(found: StoreResult<T>, what: &str) {
    let error = found.expect_err(what);
    assert!(
        matches!(&error, StoreError::Unavailable { reason, .. }
            if reason.contains("ms from that of the server")),
        "{what}: {error}"
    );
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied, "{what}");
}

#[tokio::test]
async fn a_clock_that_is_wrong_opens_no_store_and_one_that_goes_wrong_stores_nothing() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let clock = Wrong::by(0);
    let store = try_connect(&url, Arc::clone(&clock)).await.unwrap();
    let mut stored = 0;
    for (micros, right) in [
        (0, true),
        (2 * SECOND, true),
        (-2 * SECOND, true),
        (HOUR, false),
        (-YEAR, false),
        (10 * YEAR, false),
        (0, true),
    ] {
        clock.0.store(micros, Ordering::SeqCst);
        let opened = try_connect(&url, Wrong::by(micros)).await;
        let ready = store.ready().await;
        let name = format!("{micros} {stored}");
        let settled = store.settled_before(&tenant()).await.unwrap();
        let appended = try_append(&store, &name).await;
        if right {
            opened.unwrap();
            ready.unwrap();
            // What is settled stays so.
            assert!(appended.unwrap() >= settled, "{micros}");
            stored += 4;
        } else {
            assert_refused(opened, &name);
            assert_refused(ready, &name);
            assert_refused(appended, &name);
        }
        let (found, _) = page(&store, first(1_000)).await;
        assert_eq!(found.len(), stored, "{micros}");
    }
}

#[tokio::test]
async fn a_record_time_of_an_hour_ahead_is_not_given_once_the_clock_is_right_again() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let clock = Wrong::by(0);
    let url = database.url_as(support::APPLICATION);
    let store = try_connect(&url, Arc::clone(&clock)).await.unwrap();
    // Asked for what is settled, a store keeps later times from being earlier.
    clock.0.store(HOUR, Ordering::SeqCst);
    store.settled_before(&tenant()).await.unwrap();
    clock.0.store(0, Ordering::SeqCst);
    let appended = try_append(&store, "right again").await;
    let server_time = SystemClock.now();
    assert!(
        appended.is_ok_and(|time| time <= server_time),
        "the store goes on by the right time"
    );
}

#[tokio::test]
async fn a_walk_of_pages_loses_nothing_and_doubles_nothing_while_clocks_disagree() {
    const ROUNDS: usize = 6;
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let ahead = connected(&url, 4 * SECOND).await;
    let behind = connected(&url, -4 * SECOND).await;
    let mut before = BTreeSet::new();
    for round in 0..ROUNDS {
        let late = append(&ahead, &format!("ahead {round}")).await;
        let early = append(&behind, &format!("behind {round}")).await;
        assert!(early < late);
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
async fn a_clock_that_is_ahead_settles_nothing_that_others_may_still_append() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let right = connected(&url, 0).await;
    for micros in [0, 4 * SECOND, -4 * SECOND] {
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
