//! A clock that was ahead once: what it stamped stays, and nothing else is stamped with its time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use logs_domain::{
    AppendBatch, Clock, Draft, LogsReader, LogsWriter, NewTrace, OnConflict, PageRequest,
    StoreError, StoreLifecycle, StoreOptions, StoreResult, TenantId, Timestamp, TraceFilter,
    TraceId, WriteOutcome,
};
use logs_sqlite::{Access, SqliteStore};

const SECOND: i64 = 1_000_000;
const TEN_YEARS: i64 = 10 * 365 * 86_400 * SECOND;
/// 2026-11-26T12:00:00Z.
const NOW: i64 = 1_795_694_400 * SECOND;

/// A clock that stands where a test puts it.
#[derive(Debug)]
struct Hand {
    micros: AtomicI64,
    tells_time_of_day: bool,
}

impl Hand {
    fn at(micros: i64) -> Arc<Self> {
        Arc::new(Self {
            micros: micros.into(),
            tells_time_of_day: true,
        })
    }

    fn set(&self, micros: i64) {
        self.micros.store(micros, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        time(self.micros.load(Ordering::SeqCst))
    }

    fn tells_time_of_day(&self) -> bool {
        self.tells_time_of_day
    }
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

async fn open(path: &Path, clock: &Arc<Hand>) -> SqliteStore {
    let clock: Arc<dyn Clock> = Arc::<Hand>::clone(clock);
    SqliteStore::open(path, StoreOptions::default().clock(clock))
        .await
        .unwrap()
}

/// Appends one trace and tells its record time.
async fn append(store: &SqliteStore, name: &str) -> StoreResult<Timestamp> {
    let draft = Draft::from(NewTrace::new(TraceId::new(name).unwrap()));
    let batch = AppendBatch::new(vec![draft]).unwrap();
    let receipt = store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await?;
    Ok(receipt.records[0].created_at)
}

async fn names(store: &SqliteStore) -> Vec<String> {
    let page = PageRequest::default();
    let listed = store
        .list_traces(&tenant(), &TraceFilter::default(), &page)
        .await
        .unwrap();
    let name = |trace: &logs_domain::TraceSnapshot| trace.trace_id.as_str().to_owned();
    listed.items.iter().map(name).collect()
}

/// Checks that the error names both times and the way out, and that nothing was written.
fn is_told(error: &StoreError, latest: i64, now: i64) {
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    let text = error.to_string();
    for part in [
        &time(latest).to_string(),
        &time(now).to_string(),
        "logs reset-clock",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_start_with_a_clock_that_was_ahead_is_refused_until_its_time_is_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let clock = Hand::at(NOW);
    let store = open(&path, &clock).await;
    append(&store, "before").await.unwrap();
    clock.set(NOW + TEN_YEARS);
    let ahead = append(&store, "ahead").await.unwrap();
    assert_eq!(ahead.as_micros(), NOW + TEN_YEARS);
    store.close().await.unwrap();

    clock.set(NOW + SECOND);
    let store = open(&path, &clock).await;
    for _ in 0..2 {
        let refused = append(&store, "after").await.unwrap_err();
        is_told(&refused, NOW + TEN_YEARS, NOW + SECOND);
    }
    let unsettled = store.settled_before(&tenant()).await.unwrap_err();
    is_told(&unsettled, NOW + TEN_YEARS, NOW + SECOND);
    let unready = store.ready().await.unwrap_err();
    is_told(&unready, NOW + TEN_YEARS, NOW + SECOND);
    assert_eq!(names(&store).await, ["ahead", "before"], "it is still read");
    let again = append(&store, "before").await.unwrap();
    assert_eq!(again.as_micros(), NOW, "what is stored needs no time");

    let status = SqliteStore::clock_status(&path, &*clock).await.unwrap();
    assert!(status.is_ahead());
    let told = SqliteStore::reset_clock(&path, &*clock).await.unwrap();
    assert_eq!(told, status);
    assert_eq!(told.latest.as_micros(), NOW + TEN_YEARS);
    assert_eq!(told.now.as_micros(), NOW + SECOND);
    assert_eq!(told.later.len(), 1);
    assert_eq!((told.later[0].table, told.later[0].records), ("trace", 1));
    assert_eq!(told.later[0].newest.as_micros(), NOW + TEN_YEARS);

    // A store that was open meanwhile goes on.
    store.ready().await.unwrap();
    let after = append(&store, "after").await.unwrap();
    assert_eq!(after.as_micros(), NOW + SECOND);
    let settled = store.settled_before(&tenant()).await.unwrap();
    assert_eq!(settled.as_micros(), NOW + SECOND);
    assert_eq!(names(&store).await, ["ahead", "after", "before"]);
    let status = SqliteStore::clock_status(&path, &*clock).await.unwrap();
    assert!(!status.is_ahead());
    assert_eq!(status.taken_back, Some(time(NOW + TEN_YEARS)));
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_small_step_back_is_no_trouble_and_a_larger_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Hand::at(NOW);
    let store = open(&folder.path().join("logs.db"), &clock).await;
    append(&store, "first").await.unwrap();
    clock.set(NOW - 5 * SECOND);
    let stamped = append(&store, "within").await.unwrap();
    assert_eq!(stamped.as_micros(), NOW, "record times do not decrease");
    store.ready().await.unwrap();
    store.settled_before(&tenant()).await.unwrap();
    clock.set(NOW - 5 * SECOND - 1);
    let refused = append(&store, "beyond").await.unwrap_err();
    is_told(&refused, NOW, NOW - 5 * SECOND - 1);
    assert!(store.ready().await.is_err());
    clock.set(NOW + SECOND);
    assert_eq!(
        append(&store, "beyond").await.unwrap().as_micros(),
        NOW + SECOND
    );
    store.ready().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_time_that_a_test_made_up_is_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hand {
        micros: NOW.into(),
        tells_time_of_day: false,
    });
    let store = open(&folder.path().join("logs.db"), &clock).await;
    append(&store, "first").await.unwrap();
    clock.set(NOW - TEN_YEARS);
    assert_eq!(append(&store, "second").await.unwrap().as_micros(), NOW);
    store.ready().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_taken_back_from_a_file_that_is_not_ahead_and_none_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let clock = Hand::at(NOW);
    assert!(SqliteStore::reset_clock(&path, &*clock).await.is_err());
    assert!(SqliteStore::clock_status(&path, &*clock).await.is_err());
    assert!(!path.exists());
    let store = open(&path, &clock).await;
    let fresh = SqliteStore::clock_status(&path, &*clock).await.unwrap();
    assert_eq!((fresh.latest, fresh.is_ahead()), (Timestamp::MIN, false));
    append(&store, "first").await.unwrap();
    clock.set(NOW - 5 * SECOND);
    let told = SqliteStore::reset_clock(&path, &*clock).await.unwrap();
    assert!(!told.is_ahead());
    assert_eq!(told.later[0].records, 1);
    let status = SqliteStore::clock_status(&path, &*clock).await.unwrap();
    assert_eq!((status.latest, status.taken_back), (time(NOW), None));
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_reader_with_a_clock_that_is_behind_says_so_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let clock = Hand::at(NOW);
    let store = open(&path, &clock).await;
    append(&store, "first").await.unwrap();
    store.close().await.unwrap();
    let behind: Arc<dyn Clock> = Hand::at(NOW - TEN_YEARS);
    let options = StoreOptions::default().clock(behind);
    let reader = SqliteStore::open_with(&path, Access::ReadOnly, options)
        .await
        .unwrap();
    is_told(&reader.ready().await.unwrap_err(), NOW, NOW - TEN_YEARS);
    assert_eq!(names(&reader).await, ["first"]);
    reader.close().await.unwrap();
}
