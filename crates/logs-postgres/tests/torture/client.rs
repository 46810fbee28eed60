//! The process that is killed: it appends numbered batches and notes in a file, synced, what it tries
//! and what was acknowledged.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use logs_contract::samples::run;
use logs_domain::{
    AppendBatch, Draft, LogsWriter, OnConflict, StoreLifecycle, StoreOptions, TenantId,
};
use logs_postgres::PostgresStore;

/// The file whose presence tells the clients to end once nothing is unknown any more.
pub(crate) const STOP: &str = "stop";
/// How long a client waits before it tries again what failed.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// How many records a batch has: few, and more than are copied.
pub(crate) const fn size(number: u64) -> u64 {
    1 + number * 13 % 60
}

pub(crate) fn batch(name: &str, number: u64) -> AppendBatch {
    let runs = (0..size(number)).map(|place| run(&format!("{name} {number} {place}")).into());
    AppendBatch::new(runs.collect::<Vec<Draft>>()).unwrap()
}

/// What a client noted: the numbers that it tried, and those that were acknowledged. A line that is
/// cut was never synced, and says nothing.
pub(crate) fn noted(file: &Path) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let numbers = |word: &str| {
        let lines = whole.lines().filter_map(|line| line.strip_prefix(word));
        lines.filter_map(|number| number.parse().ok()).collect()
    };
    (numbers("try "), numbers("ack "))
}

fn note(file: &mut File, line: &str) {
    writeln!(file, "{line}").unwrap();
    file.sync_all().unwrap();
}

/// Ends this process with the one that started it, which holds the other end of standard input.
pub(crate) fn end_with_parent() {
    std::thread::spawn(|| {
        let mut rest = Vec::new();
        // However it ends, nobody waits for this process any more.
        let _ = std::io::stdin().read_to_end(&mut rest);
        std::process::exit(0);
    });
}

/// Appends until it is told to stop. What it had tried and does not know comes first.
pub(crate) async fn write(url: &str, name: &str, path: &Path) {
    let stop = path.with_file_name(STOP);
    let store = loop {
        match PostgresStore::connect(url, StoreOptions::default()).await {
            Ok(store) => break store,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    };
    let (tried, acknowledged) = noted(path);
    let mut unknown: Vec<u64> = tried.difference(&acknowledged).copied().collect();
    let mut next = tried.last().map_or(0, |last| last + 1);
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    // A line that was cut stays a line of its own.
    writeln!(file).unwrap();
    loop {
        let number = match unknown.pop() {
            Some(number) => number,
            None if stop.exists() => break,
            None => {
                note(&mut file, &format!("try {next}"));
                next += 1;
                next - 1
            }
        };
        let batch = batch(name, number);
        let receipt = loop {
            match store
                .append(&tenant(), &batch, OnConflict::RejectCall)
                .await
            {
                Ok(receipt) => break receipt,
                Err(error) => {
                    assert!(error.is_retryable(), "{error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        let outcomes: BTreeSet<String> = receipt
            .records
            .iter()
            .map(|record| format!("{:?}", record.outcome))
            .collect();
        assert_eq!(outcomes.len(), 1, "half of a batch was there: {outcomes:?}");
        note(&mut file, &format!("ack {number}"));
    }
    store.close().await.unwrap();
}
