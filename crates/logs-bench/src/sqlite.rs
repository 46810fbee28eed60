//! SQLite: bulk appends beside a bare prepared insert of many rows.

mod baseline_append;
mod baseline_reads;
mod served;
mod usage;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use logs_domain::{Draft, LogsReader, LogsWriter, OnConflict, StoreLifecycle, StoreOptions};
use logs_sqlite::SqliteStore;

use self::baseline_append::Bare;
use self::baseline_reads::BaselineReads;
use crate::appends::{Contest, SECOND, tenant};
use crate::arguments::Arguments;
use crate::batch::Batch;
use crate::data::{Population, Producer};
use crate::growth::{self, Grown};
use crate::meter::Meter;
use crate::reads::{self, Bench, Reading};
use crate::samples::Samples;
use crate::subject::{Store, Subject};
use crate::{command, report, ties, verify, writers};

const BACKEND: &str = "sqlite";
/// How much is stored to see what a record takes on the disk.
const DISK_APPENDS: usize = 20;
const DISK_RECORDS: usize = 1_000;

pub(crate) async fn run(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(arguments.folder())?;
    if arguments.growth {
        return growth(folder.path(), arguments, population, samples).await;
    }
    if arguments.usage {
        return usage::run(folder.path(), arguments, population, samples).await;
    }
    if arguments.service {
        return served::run(folder.path(), arguments, population, samples).await;
    }
    let [ours, again, bare] =
        ["store.db", "again.db", "bare.db"].map(|name| folder.path().join(name));
    let store = Arc::new(SqliteStore::open(&ours, StoreOptions::default()).await?);
    let second = Arc::new(SqliteStore::open(&again, StoreOptions::default()).await?);
    // The store makes the schema of the baseline.
    let of_baseline = SqliteStore::open(&bare, StoreOptions::default()).await?;
    let mut baseline = Bare::open(&bare).await?;
    println!("\nSQLite {}", baseline.settings().await?);

    let meter = Meter::default();
    let baselines: Vec<Box<dyn Subject>> = vec![Box::new(baseline)];
    let mut contest = Contest::new(
        BACKEND,
        (Store(store.clone()), Store(second.clone())),
        baselines,
        meter,
        population,
    );
    contest.fill(arguments.stored()).await?;
    let names = [Bare::NAME];
    report::head("appends to SQLite, each a transaction", "record", &names);
    for size in arguments.sizes() {
        let rounds = contest.measure(size, samples).await?;
        report::lines(size, &names, &rounds);
    }

    let stored = contest.stored.clone();
    drop(contest);
    let written: [(&str, &dyn LogsReader); 3] = [
        ("store", &*store),
        (SECOND, &*second),
        (Bare::NAME, &of_baseline),
    ];
    verify::read_back(&written, &stored).await?;
    let mut bench = Bench {
        backend: BACKEND,
        store: store.clone(),
        meter: Meter::default(),
        arguments,
        samples,
    };
    let baselines: Vec<Box<dyn Reading>> = vec![Box::new(BaselineReads::open(&ours).await?)];
    reads::all(&mut bench, baselines, &tenant()?).await?;
    writers::measure(&mut bench, population).await?;
    let still = SqliteStore::open(folder.path().join("ties.db"), ties::options()).await?;
    ties::measure(&mut bench, Arc::new(still), population).await?;
    store.close().await?;
    second.close().await?;
    of_baseline.close().await?;
    let url = format!("sqlite:{}", folder.path().join("command.db").display());
    command::measure(BACKEND, &url, arguments, population)?;
    for text in [0, 700] {
        disk(folder.path(), population, text).await?;
    }
    Ok(())
}

/// Growth.
async fn growth(
    folder: &Path,
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let mut grown = Vec::new();
    let mut stores = Vec::new();
    for runs in growth::sizes(arguments) {
        let file = folder.join(format!("growth-{runs}.db"));
        let store = Arc::new(SqliteStore::open(&file, StoreOptions::default()).await?);
        grown.push(Grown::fill(store.clone(), runs, population).await?);
        stores.push(store);
    }
    let mut bench = Bench {
        backend: BACKEND,
        store: stores.last().context("a store")?.clone(),
        meter: Meter::default(),
        arguments,
        samples,
    };
    growth::measure(&mut bench, &grown, population).await?;
    for store in stores {
        store.close().await?;
    }
    Ok(())
}

/// Prints how much of the disk a record takes, in a store of its own.
async fn disk(folder: &Path, population: &Population, text: usize) -> anyhow::Result<()> {
    let file = folder.join(format!("disk-{text}.db"));
    let store = SqliteStore::open(&file, StoreOptions::default()).await?;
    let mut producer = Producer::new(population, 1).with_text(text);
    let tenant = tenant()?;
    let mut bytes = 0;
    for _ in 0..DISK_APPENDS {
        let batch = Batch::fresh(&tenant, &mut producer, DISK_RECORDS)?;
        let drafts = batch.append.drafts().iter();
        bytes += drafts.map(Draft::byte_len).sum::<usize>();
        let on_conflict = OnConflict::RejectCall;
        store.append(&tenant, &batch.append, on_conflict).await?;
    }
    store.close().await?;
    let records = (DISK_APPENDS * DISK_RECORDS) as f64;
    println!(
        "disk: {:.0} bytes for a record of {:.0}",
        std::fs::metadata(&file)?.len() as f64 / records,
        bytes as f64 / records
    );
    Ok(())
}
