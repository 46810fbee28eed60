//! Connections that are cut, reset or fall silent after any number of bytes: calls end in time, what
//! they tell is true, and sending again stores what is missing and nothing twice.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::time::{Duration, Instant};

use logs_contract::samples::{run, run_id};
use logs_domain::{
    AppendBatch, LogsReader, LogsWriter, OnConflict, RecordOutcome, StoreError, WriteOutcome,
};
use logs_postgres::PostgresStore;
use test_postgres::{Database, Durability, Server};

use crate::proxy::{Fault, Proxy};
use crate::records::{at, tenant};
use crate::support;

/// How many records a batch has: more than one, and the same bytes for each batch.
const RECORDS: usize = 3;

/// A server, a store on it without a proxy, and what the proxy of another store needs.
struct Scene {
    direct: PostgresStore,
    url: String,
    _database: Database,
    _server: Server,
}

impl Scene {
    /// None on a given server, which has no socket that the proxy could stand before.
    async fn new() -> Option<Self> {
        if Server::is_given() {
            return None;
        }
        let server = Server::start(Durability::Off).unwrap();
        let database = support::migrated(&server).await.unwrap();
        let url = database.url_as(support::APPLICATION);
        Some(Self {
            direct: connect(&url).await,
            url,
            _database: database,
            _server: server,
        })
    }

    async fn proxied(&self) -> (Proxy, PostgresStore) {
        let (_, folder) = self.url.split_once("?host=").unwrap();
        let proxy = Proxy::before(Path::new(folder)).await.unwrap();
        let store = connect(&proxy.url(&self.url)).await;
        // From here on there are a connection for reading and one for writing.
        append(&store, "first").await.unwrap();
        store.get_llm_run(&tenant(), &run_id("x")).await.unwrap();
        (proxy, store)
    }

    /// Checks that what was told of an append is true, and that it can be sent again.
    async fn check(&self, told: &Result<usize, StoreError>, name: &str, case: &str) {
        let mut there = 0;
        for place in 0..RECORDS {
            let id = run_id(&format!("{name} {place}"));
            let found = self.direct.get_llm_run(&tenant(), &id).await.unwrap();
            there += usize::from(found.is_some());
        }
        match told {
            Ok(_) => assert_eq!(there, RECORDS, "{case} was acknowledged"),
            Err(error) => {
                assert!(error.is_retryable(), "{case}: {error}");
                assert!(there == 0 || there == RECORDS, "{case} is half stored");
                if error.write_outcome() == WriteOutcome::NotApplied {
                    assert_eq!(there, 0, "{case}: {error}");
                }
            }
        }
        let stored = append(&self.direct, name).await.unwrap();
        assert_eq!(stored, RECORDS - there, "{case}");
    }
}

async fn connect(url: &str) -> PostgresStore {
    PostgresStore::connect(url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap()
}

/// Appends a batch, and tells how many of its records were not there.
async fn append(store: &PostgresStore, name: &str) -> Result<usize, StoreError> {
    let runs = (0..RECORDS).map(|place| run(&format!("{name} {place}")).into());
    let batch = AppendBatch::new(runs.collect()).unwrap();
    let receipt = store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await?;
    Ok(receipt.count(RecordOutcome::Stored))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_connection_breaks_after_any_byte_is_whole_or_absent() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    let (proxy, store) = scene.proxied().await;
    proxy.set(Fault::None);
    append(&store, "00").await.unwrap();
    let bytes = proxy.passed();
    assert!(bytes > 500, "{bytes} bytes");
    let mut lost = 0;
    // The last one: what comes last is the answer to the commit.
    let places = (0..40).map(|number| bytes * number / 40).chain([bytes - 1]);
    for (number, after) in places.enumerate() {
        for (kind, fault) in [
            ("cut", Fault::Cut as fn(usize) -> Fault),
            ("reset", Fault::Reset),
        ] {
            let name = format!("{kind}{number:02}");
            proxy.set(fault(after));
            let told = append(&store, &name).await;
            // Found, for the try whose answer was lost, or stored by the second one.
            lost += usize::from(told.as_ref().is_ok_and(|stored| *stored == 0));
            scene.check(&told, &name, &name).await;
        }
    }
    assert!(lost > 0, "no answer to a commit was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_whose_connection_breaks_fails_once_and_the_next_succeeds() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    let (proxy, store) = scene.proxied().await;
    let id = run_id("first 0");
    proxy.set(Fault::None);
    store.get_llm_run(&tenant(), &id).await.unwrap();
    let bytes = proxy.passed();
    for number in 0..10 {
        for fault in [Fault::Cut, Fault::Reset] {
            proxy.set(fault(bytes * number / 10));
            let failed = store.get_llm_run(&tenant(), &id).await.unwrap_err();
            assert!(failed.is_retryable(), "{failed}");
            assert!(store.get_llm_run(&tenant(), &id).await.unwrap().is_some());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_over_a_connection_that_fell_silent_end_in_time() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    let (proxy, store) = scene.proxied().await;
    proxy.set(Fault::Stall(0));
    let begun = Instant::now();
    let id = run_id("first 0");
    let failed = store.get_llm_run(&tenant(), &id).await.unwrap_err();
    assert!(matches!(failed, StoreError::Timeout { .. }), "{failed}");
    assert!(begun.elapsed() < Duration::from_secs(6));
    assert!(store.get_llm_run(&tenant(), &id).await.unwrap().is_some());
    // The bytes of an append, as it is sent by a connection that knows its statements.
    append(&store, "00").await.unwrap();
    proxy.set(Fault::None);
    append(&store, "01").await.unwrap();
    let bytes = proxy.passed();
    // At its start, in the middle, before the answer to its commit: each on a store of its own, for
    // an append has half a minute.
    let stalled = [0, bytes / 2, bytes - 10].map(|after| {
        let scene = &scene;
        async move {
            let (proxy, store) = scene.proxied().await;
            append(&store, "00").await.unwrap();
            proxy.set(Fault::Stall(after));
            let begun = Instant::now();
            let name = format!("stalled {after}");
            let told = append(&store, &name).await;
            let error = told.as_ref().unwrap_err();
            assert!(matches!(error, StoreError::Timeout { .. }), "{error}");
            assert!(begun.elapsed() < Duration::from_secs(35));
            // The store is of use again, whatever became of that append.
            append(&store, &format!("after {after}")).await.unwrap();
            scene.check(&told, &name, &name).await;
        }
    });
    let [start, middle, end] = stalled;
    tokio::join!(start, middle, end);
}
