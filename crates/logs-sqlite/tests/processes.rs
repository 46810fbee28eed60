//! Two processes on one file, and a process that is killed while it appends.
//!
//! The program runs itself as the writing process: with `write FILE NAME`, it appends numbered
//! batches for ever and writes the number of each to its standard output once it is acknowledged.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a test that cannot go on fails; acknowledgements are lines"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use futures_util::TryStreamExt;
use libtest_mimic::{Arguments, Failed, Trial};
use logs_domain::{
    AppendBatch, Direction, Draft, LogsReaderExt, LogsWriter, NewTrace, OnConflict, RecordOutcome,
    StoreLifecycle, StoreOptions, TenantId, TraceFilter, TraceId,
};
use logs_sqlite::SqliteStore;

const RECORDS: usize = 50;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, word, file, name] = words.as_slice()
        && word == "write"
    {
        write(Path::new(file), name);
    }
    let trials = vec![
        Trial::test(
            "killed_processes_lose_nothing_that_was_acknowledged",
            killed,
        ),
        Trial::test("two_processes_write_to_one_file", two_writers),
        Trial::test("the_oracle_sees_a_lost_and_a_half_batch", control),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn batch(name: &str, number: u64) -> AppendBatch {
    let trace = |n| NewTrace::new(TraceId::new(format!("{name} {number} {n}")).unwrap());
    AppendBatch::new((0..RECORDS).map(|n| Draft::from(trace(n))).collect()).unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// Appends for ever.
fn write(file: &Path, name: &str) -> ! {
    runtime().block_on(async {
        let store = SqliteStore::open(file, StoreOptions::default())
            .await
            .unwrap();
        let mut number = 0;
        loop {
            let batch = batch(name, number);
            store
                .append(&tenant(), &batch, OnConflict::RejectCall)
                .await
                .unwrap();
            println!("{number}");
            std::io::stdout().flush().unwrap();
            number += 1;
        }
    })
}

fn start(file: &Path, name: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg("write")
        .arg(file)
        .arg(name)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for so many acknowledgements, kills the process at once, and gives all it acknowledged.
fn kill_after(mut child: Child, acknowledgements: usize) -> BTreeSet<u64> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeSet::new();
    for _ in 0..acknowledgements {
        acknowledged.insert(lines.next().unwrap().unwrap().parse().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said before it died counts too; a line that is cut is no acknowledgement.
    acknowledged.extend(
        lines
            .map_while(Result::ok)
            .filter_map(|line| line.parse::<u64>().ok()),
    );
    acknowledged
}

/// The records of each batch that a store holds.
async fn held(store: &SqliteStore, name: &str) -> Vec<(u64, usize)> {
    let (acme, filter) = (tenant(), TraceFilter::default());
    let traces: Vec<_> = store
        .stream_traces(&acme, &filter, Direction::Descending)
        .try_collect()
        .await
        .unwrap();
    let mut batches = std::collections::BTreeMap::new();
    for trace in traces {
        let mut words = trace.trace_id.as_str().split(' ');
        if words.next() == Some(name) {
            let number: u64 = words.next().unwrap().parse().unwrap();
            *batches.entry(number).or_default() += 1;
        }
    }
    batches.into_iter().collect()
}

/// What is wrong with what a store holds, given what was acknowledged.
fn faults(held: &[(u64, usize)], acknowledged: &BTreeSet<u64>) -> Vec<String> {
    let there: BTreeSet<u64> = held.iter().map(|(number, _)| *number).collect();
    let lost = acknowledged
        .difference(&there)
        .map(|number| format!("batch {number} is lost"));
    let torn = held.iter().filter(|(_, records)| *records != RECORDS);
    let torn = torn.map(|(number, records)| format!("batch {number} has {records} records"));
    lost.chain(torn).collect()
}

fn killed() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("logs.db");
    for round in 0..12_usize {
        let name = format!("round{round}");
        let acknowledged = kill_after(start(&file, &name), 1 + round % 5);
        runtime().block_on(async {
            let store = SqliteStore::open(&file, StoreOptions::default())
                .await
                .unwrap();
            let before = held(&store, &name).await;
            assert_eq!(faults(&before, &acknowledged), Vec::<String>::new());
            // The last batch may have landed without its acknowledgement: sending it again tells.
            let last = acknowledged.last().copied().unwrap() + 1;
            for number in acknowledged.iter().copied().chain([last]) {
                let again = batch(&name, number);
                let receipt = store
                    .append(&tenant(), &again, OnConflict::RejectCall)
                    .await
                    .unwrap();
                let stored = receipt.count(RecordOutcome::Stored);
                let was_there = before.iter().any(|(held, _)| *held == number);
                assert_eq!(
                    stored,
                    if was_there { 0 } else { RECORDS },
                    "batch {number}"
                );
            }
            store.close().await.unwrap();
        });
    }
    Ok(())
}

fn two_writers() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("logs.db");
    let writers = [start(&file, "one"), start(&file, "two")];
    let threads = writers.map(|child| std::thread::spawn(move || kill_after(child, 30)));
    let acknowledged = threads.map(|thread| thread.join().expect("a writer is read"));
    runtime().block_on(async {
        let store = SqliteStore::open(&file, StoreOptions::default())
            .await
            .unwrap();
        for (name, acknowledged) in ["one", "two"].iter().zip(&acknowledged) {
            assert!(acknowledged.len() >= 30);
            assert_eq!(
                faults(&held(&store, name).await, acknowledged),
                Vec::<String>::new()
            );
        }
        store.close().await.unwrap();
    });
    Ok(())
}

/// Without it, a test that always passes would look the same.
fn control() -> Result<(), Failed> {
    let acknowledged = BTreeSet::from([0, 1]);
    let found = faults(&[(0, RECORDS), (2, RECORDS - 1)], &acknowledged);
    assert_eq!(found, ["batch 1 is lost", "batch 2 has 49 records"]);
    assert!(faults(&[(0, RECORDS), (1, RECORDS), (2, RECORDS)], &acknowledged).is_empty());
    Ok(())
}
