//! Disks that are full, and disks that fail to keep what they took: the store says so, nothing is half
//! stored, and what is sent again is stored once.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use logs_contract::samples::{first, run, run_id};
use logs_domain::{
    AppendBatch, CountMode, Draft, LlmRunFilter, LogsReader, LogsWriter, OnConflict, RecordOutcome,
    RecordSource, StoreError, StoreLifecycle, StoreResult, Total, WriteOutcome,
};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection};
use test_postgres::{Crash, Database, Durability, Server};

use crate::records::{as_superuser, at, tenant};
use crate::small_disk::{SmallDisk, is_mounted};
use crate::support;

/// How many records a batch has: enough to be copied, and to need more of the disk.
const RECORDS: usize = 500;

async fn connect(database: &Database) -> PostgresStore {
    let url = database.url_as(support::APPLICATION);
    PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap()
}

/// Appends a batch and tells how many of its records were stored by it.
async fn append(store: &PostgresStore, name: &str) -> StoreResult<usize> {
    let runs = (0..RECORDS).map(|place| run(&format!("{name} {place}")).into());
    let batch = AppendBatch::new(runs.collect()).unwrap();
    let receipt = store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await?;
    Ok(receipt.count(RecordOutcome::Stored))
}

async fn total(store: &PostgresStore) -> Total {
    let page = first(1).count(CountMode::Exact);
    let filter = LlmRunFilter::default();
    let listed = store.list_llm_runs(&tenant(), &filter, &page).await;
    listed.unwrap().total
}

/// Where a started server has its socket, its data and its log. None on a given server, whose disk is
/// not ours.
fn folder(database: &Database) -> Option<PathBuf> {
    let url = database.url();
    let (_, folder) = url.split_once("?host=")?;
    (!Server::is_given()).then(|| PathBuf::from(folder))
}

/// A database whose tables are on a small disk. The fields end in this order, also when a test
/// fails: the server lets go of the disk before it is unmounted.
struct OnSmallDisk {
    database: Database,
    server: Server,
    disk: SmallDisk,
}

impl OnSmallDisk {
    /// None on a given server, and where a disk needs more rights.
    async fn new() -> Option<Self> {
        let server = Server::start(Durability::On).unwrap();
        let database = support::migrated(&server).await.unwrap();
        let folder = folder(&database)?;
        let disk = SmallDisk::beside(&folder)?;
        let staged = Self {
            database,
            server,
            disk,
        };
        // The disk has a place of its own for the tables: the server would not start without its log.
        let tables = staged.disk.path.join("tables");
        std::fs::create_dir(&tables).unwrap();
        let owner = std::fs::metadata(&folder).unwrap();
        std::os::unix::fs::chown(&tables, Some(owner.uid()), Some(owner.gid())).unwrap();
        let other = staged.server.empty().unwrap();
        let mut superuser = as_superuser(&other).await;
        let name = staged.database.name();
        for sql in [
            format!("CREATE TABLESPACE small LOCATION '{}'", tables.display()),
            format!("ALTER DATABASE {name} SET TABLESPACE small"),
        ] {
            let moved = sqlx::raw_sql(AssertSqlSafe(sql));
            moved.execute(&mut superuser).await.unwrap();
        }
        superuser.close().await.unwrap();
        Some(staged)
    }

    /// Where the keys are, as errors of the server name it.
    async fn file_of_keys(&self) -> String {
        let mut superuser = as_superuser(&self.database).await;
        let path = "SELECT pg_relation_filepath('logs.record_key')";
        let path: String = sqlx::query_scalar(path)
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        superuser.close().await.unwrap();
        path
    }
}

/// Checks that an error says that the disk is full, and gives what the server said.
fn full(error: &StoreError) -> String {
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(error.is_retryable(), "{error}");
    assert_eq!(error.write_outcome(), WriteOutcome::NotApplied, "{error}");
    error.source().unwrap().to_string()
}

/// A batch that was stored as `name`, with the source of its last record changed.
fn changed(name: &str) -> AppendBatch {
    let mut runs: Vec<_> = (0..RECORDS)
        .map(|place| run(&format!("{name} {place}")))
        .collect();
    runs[RECORDS - 1].source = RecordSource::Api;
    AppendBatch::new(runs.into_iter().map(Draft::from).collect()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_costs_nothing_that_was_acknowledged() {
    let Some(staged) = OnSmallDisk::new().await else {
        eprintln!("not tested: the server is a given one, or a small disk needs more rights");
        return;
    };
    // What is in the way, until somebody tidies up.
    std::fs::write(staged.disk.path.join("ballast"), vec![0; 6 << 20]).unwrap();
    let store = connect(&staged.database).await;
    let mut acknowledged = 0;
    let error = loop {
        match append(&store, &acknowledged.to_string()).await {
            Ok(stored) => assert_eq!(stored, RECORDS),
            Err(error) => break error,
        }
        acknowledged += 1;
        assert!(acknowledged < 1_000, "the disk never fills");
    };
    assert!(acknowledged > 0);
    full(&error);
    // Reads go on, and find whole batches.
    let all = |batches: usize| Total::Exact((batches * RECORDS) as u64);
    assert_eq!(total(&store).await, all(acknowledged));
    // The control: it was the disk.
    staged.disk.remove("ballast");
    let again = append(&store, &acknowledged.to_string()).await.unwrap();
    assert_eq!(again, RECORDS);
    assert_eq!(total(&store).await, all(acknowledged + 1));
    store.close().await.unwrap();
    let path = staged.disk.path.clone();
    drop(staged);
    assert!(!is_mounted(&path), "the small disk stays mounted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_sent_again_without_room_for_anything() {
    let Some(staged) = OnSmallDisk::new().await else {
        eprintln!("not tested: the server is a given one, or a small disk needs more rights");
        return;
    };
    let store = connect(&staged.database).await;
    for name in ["0", "1"] {
        assert_eq!(append(&store, name).await.unwrap(), RECORDS);
    }
    staged.disk.fill("ballast");
    // No page of the keys has room for another one either: what is tried takes it, and keeps it.
    let keys = staged.file_of_keys().await;
    let mut tried = 0;
    while {
        let one = AppendBatch::new(vec![run(&format!("one {tried}")).into()]).unwrap();
        let appended = store.append(&tenant(), &one, OnConflict::RejectCall).await;
        !appended.is_err_and(|error| full(&error).contains(&keys))
    } {
        tried += 1;
        assert!(tried < 10_000, "there is room for keys");
    }
    // A program that has just started knows as little as can be. One that starts when a month begins
    // has partitions to make, and no room for them.
    let fresh = connect(&staged.database).await;
    let mut superuser = as_superuser(&staged.database).await;
    let last = "DO $$ BEGIN EXECUTE format('DROP TABLE logs.%I', 'llm_run_0_' || to_char( \
                now() AT TIME ZONE 'UTC' + interval '2 months', 'YYYYMM')); END; $$";
    sqlx::raw_sql(last).execute(&mut superuser).await.unwrap();
    staged.disk.fill("more ballast");
    let make = "SELECT logs.ensure_partitions()";
    let refused = sqlx::raw_sql(make).execute(&mut superuser).await;
    let refused = refused.unwrap_err().into_database_error().unwrap();
    assert_eq!(refused.code().as_deref(), Some("53100"), "{refused}");
    let later = connect(&staged.database).await;
    let before = total(&store).await;
    for store in [&store, &fresh, &later] {
        for name in ["0", "1", "0"] {
            assert_eq!(append(store, name).await.unwrap(), 0, "{name}");
        }
        // The control: there is room for nothing, also beside what is stored.
        full(&append(store, "2").await.unwrap_err());
        let stored = changed("0").drafts().to_vec();
        let more = stored.into_iter().take(3).chain([run("more").into()]);
        let more = AppendBatch::new(more.collect()).unwrap();
        let refused = store.append(&tenant(), &more, OnConflict::SkipRecord).await;
        full(&refused.unwrap_err());
        // Other content under a stored key is found without room too.
        let other = changed("1");
        let refused = store
            .append(&tenant(), &other, OnConflict::RejectCall)
            .await;
        assert!(matches!(refused, Err(StoreError::Conflict { records }) if records.len() == 1));
        let skipped = store
            .append(&tenant(), &other, OnConflict::SkipRecord)
            .await;
        let skipped = skipped.unwrap();
        assert_eq!(skipped.count(RecordOutcome::AlreadyStored), RECORDS - 1);
        assert_eq!(skipped.count(RecordOutcome::Conflict), 1);
        assert_eq!(total(store).await, before);
    }
    staged.disk.remove("more ballast");
    staged.disk.remove("ballast");
    assert_eq!(append(&fresh, "2").await.unwrap(), RECORDS);
}

/// A tracer that watches the processes of a server, those to come included, as they ask the system to
/// keep what they wrote.
struct Tracer {
    process: Child,
    told: tempfile::NamedTempFile,
}

impl Tracer {
    /// Traces a server, and lets the system fail to keep anything, when it is `failing`. None where
    /// there is no strace, or it may not trace.
    fn of(processes: &[String], failing: bool) -> Option<Self> {
        let told = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("strace");
        command.args(["-f", "-e", "trace=fsync,fdatasync", "-o"]);
        command.arg(told.path());
        if failing {
            command.args(["-e", "inject=fsync,fdatasync:error=EIO"]);
        }
        for process in processes {
            command.args(["-p", process]);
        }
        let mut process = command.stderr(Stdio::piped()).spawn().ok()?;
        let output = BufReader::new(process.stderr.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        // It is read to its end: the tracer would fail otherwise when it tells of new processes.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // Nobody listens when all that was waited for has come.
                let _ = sender.send(line);
            }
        });
        // Whatever else it tells, it could not attach to one of them.
        let attached = lines.iter().take(processes.len());
        let attached = attached.filter(|line| line.ends_with(" attached")).count();
        let tracer = Self { process, told };
        (attached == processes.len()).then_some(tracer)
    }

    /// Lets the server go, and tells what it asked for.
    fn end(mut self) -> String {
        self.stop();
        std::fs::read_to_string(self.told.path()).unwrap()
    }

    fn stop(&mut self) {
        let id = self.process.id().to_string();
        // One that has ended by itself is as good.
        let _ = Command::new("kill").arg(id).stderr(Stdio::null()).status();
        let _ = self.process.wait();
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The processes of a server.
async fn processes(database: &Database, folder: &Path) -> Vec<String> {
    let note = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let mut superuser = as_superuser(database).await;
    let others = "SELECT pid::text FROM pg_stat_activity WHERE pid <> pg_backend_pid()";
    let mut processes: Vec<String> = sqlx::query_scalar(others)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    superuser.close().await.unwrap();
    processes.push(note.lines().next().unwrap().to_owned());
    processes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_keep_what_it_took_stops_the_server_and_is_not_acknowledged() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let Some(folder) = folder(&database) else {
        return;
    };
    let store = connect(&database).await;
    assert_eq!(append(&store, "before").await.unwrap(), RECORDS);
    // The control: a server that is only watched takes records as ever, and asks to keep them.
    let traced = processes(&database, &folder).await;
    let Some(tracer) = Tracer::of(&traced, false) else {
        eprintln!("not tested: there is no strace, or it may not trace");
        return;
    };
    assert_eq!(append(&store, "watched").await.unwrap(), RECORDS);
    let told = tracer.end();
    assert!(told.contains("sync(") && !told.contains("EIO"), "{told}");

    let traced = processes(&database, &folder).await;
    let tracer = Tracer::of(&traced, true).unwrap();
    let failed = append(&store, "failed").await;
    let told = tracer.end();
    assert!(
        told.contains("EIO (Input/output error) (INJECTED)"),
        "{told}"
    );
    let error = failed.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    let log = server.log().unwrap();
    assert!(log.contains("PANIC:"), "{log}");

    // It goes down for good, and comes up with a disk that works.
    server.crash(Crash::Immediate).unwrap();
    let again = connect(&database).await;
    let mut there = 0;
    for name in ["before", "watched", "failed"] {
        for place in [0, RECORDS - 1] {
            let id = run_id(&format!("{name} {place}"));
            let found = again.get_llm_run(&tenant(), &id).await.unwrap();
            assert!(
                found.is_some() || name == "failed",
                "{name} {place} is lost"
            );
            there += usize::from(found.is_some());
        }
    }
    assert!(there == 4 || there == 6, "half a batch");
    // Unknown when it was the commit that failed; another process may have met the disk before.
    if error.write_outcome() == WriteOutcome::NotApplied {
        assert_eq!(there, 4, "{error}");
    }
    // The store from before finds its server again.
    let stored = append(&store, "failed").await.unwrap();
    assert_eq!(stored, if there == 4 { RECORDS } else { 0 });
    assert_eq!(total(&again).await, Total::Exact(3 * RECORDS as u64));
}
