//! Many writers of one key at the same moment, with the same content and with another: one of them
//! stores it, and each of the others is told what is there.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use logs_contract::samples::{run, run_id};
use logs_domain::{
    AppendBatch, AppendReceipt, LogsReader, LogsWriter, NewLlmRun, OnConflict, RecordOutcome,
    StoreError, StoreResult, TokenCount,
};
use logs_postgres::PostgresStore;
use test_postgres::{Database, Durability, Server};
use tokio::sync::Barrier;

use crate::records::{at, tenant};
use crate::support;

const WRITERS: u64 = 32;
/// How many keys are contested, one after the other.
const ROUNDS: usize = 60;
/// How many contents there are for a key.
const CONTENTS: u64 = 4;

/// The record of a writer: of each content there are several.
fn contested(key: &str, writer: u64) -> NewLlmRun {
    run(key).input_tokens(TokenCount::new(writer % CONTENTS).unwrap())
}

/// Appends until there is a connection for it: there are fewer of them than writers.
async fn append(store: &PostgresStore, record: NewLlmRun) -> StoreResult<AppendReceipt> {
    let batch = AppendBatch::new(vec![record.into()]).unwrap();
    loop {
        let appended = store
            .append(&tenant(), &batch, OnConflict::RejectCall)
            .await;
        if !matches!(appended, Err(StoreError::Pushback { .. })) {
            return appended;
        }
    }
}

/// Lets all writers go at once, half of them to each store, and tells how many stored the record.
async fn contest(stores: &[Arc<PostgresStore>; 2], key: &str) -> usize {
    let barrier = Arc::new(Barrier::new(WRITERS as usize));
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let store = Arc::clone(&stores[usize::from(writer % 2 == 1)]);
        let (barrier, record) = (Arc::clone(&barrier), contested(key, writer));
        writers.push(tokio::spawn(async move {
            barrier.wait().await;
            append(&store, record).await
        }));
    }
    let mut stored = 0;
    for (writer, told) in (0..).zip(writers) {
        let told = told.await.unwrap();
        let store = &stores[usize::from(writer % 2 == 1)];
        let kept = store.get_llm_run(&tenant(), &run_id(key)).await;
        let kept = kept.unwrap().unwrap().input_tokens;
        let equal = contested(key, writer).input_tokens == kept;
        let of_one = match &told {
            Ok(receipt) => equal && receipt.records.len() == 1,
            Err(StoreError::Conflict { records }) => !equal && records.len() == 1,
            Err(_) => false,
        };
        assert!(of_one, "{key}, equal {equal}: {told:?}");
        stored += told.map_or(0, |receipt| receipt.count(RecordOutcome::Stored));
    }
    stored
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_writers_of_one_key_one_stores_it_and_the_others_learn_what_is_there() {
    let server = Server::start(Durability::Off).unwrap();
    let one = support::migrated(&server).await.unwrap();
    let other = support::migrated(&server).await.unwrap();
    let connect = async |database: &Database| {
        let url = database.url_as(support::APPLICATION);
        let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z")).await;
        Arc::new(store.unwrap())
    };
    // Two programs: neither knows what the other has under way.
    let stores = [connect(&one).await, connect(&one).await];
    for round in 0..ROUNDS {
        let stored = contest(&stores, &format!("contested {round}")).await;
        assert_eq!(stored, 1, "round {round}");
    }
    // The control: what two databases store is seen to be stored twice.
    let apart = [connect(&one).await, connect(&other).await];
    assert_eq!(contest(&apart, "apart").await, 2);
}
