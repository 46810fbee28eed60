//! Memory: appends beside plain collections, what a run takes, and pages of stores of any size.

mod baselines;

use std::sync::Arc;

use anyhow::Context;
use logs_domain::StoreOptions;
use logs_memory::MemoryStore;

use self::baselines::{Map, PlainRecords};
use crate::appends::{Contest, tenant};
use crate::arguments::Arguments;
use crate::data::Population;
use crate::growth::{self, Grown};
use crate::meter::Meter;
use crate::reads::{self, Bench};
use crate::samples::Samples;
use crate::subject::{Store, Subject};
use crate::{report, ties, verify, writers};

const BACKEND: &str = "memory";

pub(crate) async fn run(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    println!("\nmemory");
    if arguments.growth {
        return growth(arguments, population, samples).await;
    }
    let new = || Arc::new(MemoryStore::new(StoreOptions::default()));
    let (store, second) = (new(), new());
    let baselines: Vec<Box<dyn Subject>> =
        vec![Box::new(PlainRecords::default()), Box::new(Map::default())];
    let stores = (Store(store.clone()), Store(second));
    let mut contest = Contest::new(BACKEND, stores, baselines, Meter::default(), population);
    contest.fill(arguments.stored()).await?;
    let names = [PlainRecords::NAME, Map::NAME];
    report::head("appends to memory", "record", &names);
    for size in arguments.sizes() {
        let rounds = contest.measure(size, samples).await?;
        report::lines(size, &names, &rounds);
    }
    let expected = contest.stored.get("store").copied().unwrap_or_default();
    drop(contest);
    let tenant = tenant()?;
    let counted = verify::count(&*store, &tenant).await?;
    anyhow::ensure!(counted == expected, "{counted} of {expected} records");
    println!("store: {counted} records read back");
    let mut bench = Bench {
        backend: BACKEND,
        store,
        meter: Meter::default(),
        arguments,
        samples,
    };
    reads::all(&mut bench, Vec::new(), &tenant).await?;
    writers::measure(&mut bench, population).await?;
    let still = Arc::new(MemoryStore::new(ties::options()));
    ties::measure(&mut bench, still, population).await
}

/// Growth, and what a run takes in the largest store.
async fn growth(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let mut grown = Vec::new();
    let mut last: Option<Arc<MemoryStore>> = None;
    for runs in growth::sizes(arguments) {
        let store = Arc::new(MemoryStore::new(StoreOptions::default()));
        let before = resident()?;
        grown.push(Grown::fill(store.clone(), runs, population).await?);
        if let (Some(before), Some(after)) = (before, resident()?) {
            let bytes = after.saturating_sub(before) as f64 / runs as f64;
            println!("{bytes:.0} bytes of memory for a run");
        }
        last = Some(store);
    }
    let mut bench = Bench {
        backend: BACKEND,
        store: last.context("a store")?,
        meter: Meter::default(),
        arguments,
        samples,
    };
    growth::measure(&mut bench, &grown, population).await
}

/// How many bytes of memory this process has, where the system says so.
fn resident() -> anyhow::Result<Option<usize>> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return Ok(None);
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kibibytes
        .map(str::parse::<usize>)
        .transpose()?
        .map(|kibibytes| kibibytes * 1024))
}
