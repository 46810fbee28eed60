//! How much the server works for an append, as it counts itself: rows, looks at the index of keys, and
//! bytes of its log; no clock is involved.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_contract::samples::run;
use logs_domain::{AppendBatch, Draft, LogsWriter, OnConflict, RecordOutcome, StoreLifecycle};
use logs_postgres::PostgresStore;
use sqlx::PgConnection;
use test_postgres::{Database, Durability, Server};

use crate::records::{alone, as_superuser, at, tenant};
use crate::support;

/// Records of one append.
const RECORDS: usize = 1_000;

/// What the server counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
struct Work {
    /// Rows inserted into tables of keys and of records.
    inserted: i64,
    /// Rows that are there and belong to nobody: what was begun and given up.
    dead: i64,
    /// Looks at the index of keys.
    looks: i64,
    /// Bytes of the log.
    logged: i64,
}

impl Work {
    async fn so_far(superuser: &mut PgConnection) -> Self {
        alone(superuser).await;
        let (inserted, dead, looks, logged) = sqlx::query_as(
            "SELECT SUM(n_tup_ins)::bigint, SUM(n_dead_tup)::bigint, \
                 SUM(idx_scan) FILTER (WHERE relname = 'record_key')::bigint, \
                 (pg_current_wal_insert_lsn() - '0/0')::bigint \
             FROM pg_stat_user_tables WHERE schemaname = 'logs' \
                 AND relname NOT IN ('schema_migration', 'retention_floor')",
        )
        .fetch_one(superuser)
        .await
        .unwrap();
        Self {
            inserted,
            dead,
            looks,
            logged,
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            inserted: self.inserted - before.inserted,
            dead: self.dead - before.dead,
            looks: self.looks - before.looks,
            logged: self.logged - before.logged,
        }
    }
}

fn runs(numbers: std::ops::Range<usize>) -> AppendBatch {
    let drafts = numbers.map(|number| Draft::from(run(&format!("r{number}"))));
    AppendBatch::new(drafts.collect()).unwrap()
}

/// Appends batches as one program, and tells the work of the last one and how much of it was new.
async fn last_of(
    database: &Database,
    superuser: &mut PgConnection,
    batches: &[AppendBatch],
) -> (Work, usize) {
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    let mut new = 0;
    let mut work = Work::default();
    for batch in batches {
        // Sessions tell what they counted when they end, and learn nothing new by that.
        end_sessions(superuser).await;
        let before = Work::so_far(superuser).await;
        let appended = store.append(&tenant(), batch, OnConflict::RejectCall).await;
        new = appended.unwrap().count(RecordOutcome::Stored);
        end_sessions(superuser).await;
        work = Work::so_far(superuser).await.since(before);
    }
    store.close().await.unwrap();
    (work, new)
}

async fn end_sessions(superuser: &mut PgConnection) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    sqlx::raw_sql(end).execute(superuser).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_writes_each_record_once_and_one_that_is_there_writes_nothing() {
    if Server::is_given() {
        // Others write to its log too.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let first = runs(0..RECORDS);
    let rows = 2 * RECORDS as i64;

    // New keys are written without a look for each: a key and a record.
    let (fresh, new) = last_of(&database, &mut superuser, std::slice::from_ref(&first)).await;
    assert_eq!(new, RECORDS);
    assert_eq!((fresh.inserted, fresh.dead), (rows, 0), "{fresh:?}");
    assert!(fresh.looks < 10, "{fresh:?}");
    assert!(fresh.logged < RECORDS as i64 * 1_500, "{fresh:?}");

    // What is there ends the first try with its first key, and is looked for then.
    let (again, new) = last_of(&database, &mut superuser, std::slice::from_ref(&first)).await;
    assert_eq!(new, 0);
    assert!(again.inserted <= 1 && again.dead <= 1, "{again:?}");
    assert!(again.looks >= RECORDS as i64, "the control: {again:?}");
    assert!(again.logged < 20_000, "{again:?}");

    // A program that met some expects some, and begins nothing in vain.
    let half = runs(RECORDS / 2..RECORDS * 3 / 2);
    let (half, new) = last_of(&database, &mut superuser, &[first, half]).await;
    assert_eq!(new, RECORDS / 2);
    assert_eq!((half.inserted, half.dead), (rows / 2, 0), "{half:?}");
}
