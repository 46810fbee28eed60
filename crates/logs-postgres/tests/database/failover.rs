//! A standby that is promoted under load, while the old primary lives on: nothing acknowledged is
//! lost, and what the old primary takes in is not acknowledged.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use logs_contract::samples::{run, run_id};
use logs_domain::{
    AppendBatch, LogsReader, LogsWriter, OnConflict, RecordOutcome, StoreLifecycle, WriteOutcome,
};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Durability, Server, Standby};

use crate::proxy::{Fault, Proxy};
use crate::records::{as_superuser, tenant, volatile};
use crate::support;

fn batch(number: usize) -> AppendBatch {
    AppendBatch::new(vec![run(&number.to_string()).into()]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_promoted_under_load_has_all_that_was_acknowledged() {
    if Server::is_given() {
        // A given server is not ours to fail over.
        return;
    }
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let standby = Standby::of(&server).unwrap();
    let mut superuser = as_superuser(&database).await;
    let names = format!(
        "ALTER SYSTEM SET synchronous_standby_names = '{}'",
        Standby::NAME
    );
    for sql in [names.as_str(), "SELECT pg_reload_conf()"] {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut superuser).await.unwrap();
    }
    let direct = database.url_as(support::APPLICATION);
    let (_, folder) = direct.split_once("?host=").unwrap();
    let proxy = Proxy::before(Path::new(folder)).await.unwrap();
    let store = PostgresStore::connect(&proxy.url(&direct), volatile())
        .await
        .unwrap();
    let store = Arc::new(store);
    // Held connections to the old primary, from before the promotion.
    let left_behind = PostgresStore::connect(&direct, volatile()).await.unwrap();

    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        let acknowledged = Arc::clone(&acknowledged);
        async move {
            let mut number = 0;
            while !done.load(Ordering::SeqCst) {
                let batch = batch(number);
                match store
                    .append(&tenant(), &batch, OnConflict::RejectCall)
                    .await
                {
                    Ok(_) => {
                        acknowledged.lock().unwrap().insert(number);
                        number += 1;
                    }
                    Err(error) => assert!(error.is_retryable(), "{error}"),
                }
            }
        }
    });
    let count = || acknowledged.lock().unwrap().len();
    let more = async |than: usize| {
        while count() <= than {
            assert!(!writer.is_finished(), "the writer failed");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    more(50).await;
    standby.promote().unwrap();
    // Now the network follows: the old connections break, new ones lead to the new primary.
    proxy.lead_to(standby.folder());
    proxy.set(Fault::Cut(0));
    more(count() + 50).await;
    done.store(true, Ordering::SeqCst);
    writer.await.unwrap();

    let new = direct.replacen(folder, &standby.folder().display().to_string(), 1);
    let new = PostgresStore::connect(&new, volatile()).await.unwrap();
    let acknowledged = acknowledged.lock().unwrap().clone();
    for number in &acknowledged {
        let id = run_id(&number.to_string());
        let found = new.get_llm_run(&tenant(), &id).await.unwrap();
        assert!(found.is_some(), "{number} is lost");
    }
    // The old primary has nobody to confirm what it takes in.
    let alone = batch(1_000_000);
    let error = left_behind
        .append(&tenant(), &alone, OnConflict::RejectCall)
        .await
        .unwrap_err();
    assert_eq!(error.write_outcome(), WriteOutcome::Unknown, "{error}");
    let receipt = new
        .append(&tenant(), &alone, OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(receipt.count(RecordOutcome::Stored), 1);
    store.ready().await.unwrap();
}
