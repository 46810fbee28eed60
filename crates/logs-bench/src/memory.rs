//! Memory: appends beside plain collections, what a run takes, and pages of stores of any size.

mod floors;

use std::sync::Arc;

use logs_domain::{LogsStore, StoreOptions};
use logs_memory::MemoryStore;

use self::floors::{Map, Plain};
use crate::appends::{Contest, Rounds, tenant};
use crate::arguments::Arguments;
use crate::batch::Batch;
use crate::data::{Population, Producer};
use crate::meter::Meter;
use crate::reads::{self, Bench};
use crate::samples::Samples;
use crate::subject::{Store, Subject};
use crate::{report, ties, verify, writers};

const BACKEND: &str = "memory";
/// The smaller store whose pages are measured beside those of the larger one.
const FEW: usize = 10_000;
/// One measurement is so many pages.
const PAGES: usize = 200;

pub(crate) async fn run(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    println!("\nmemory");
    let before = resident()?;
    let many = filled(population, arguments.rows).await?;
    if let (Some(before), Some(after)) = (before, resident()?) {
        let bytes = after.saturating_sub(before) as f64 / arguments.rows as f64;
        println!(
            "{bytes:.0} bytes of memory for a run, {} of them",
            arguments.rows
        );
    }
    let few = filled(population, FEW).await?;
    pages(arguments, samples, [(FEW, few), (arguments.rows, many)]).await?;

    let new = || Arc::new(MemoryStore::new(StoreOptions::default()));
    let (store, second) = (new(), new());
    let floors: Vec<Box<dyn Subject>> = vec![Box::new(Plain::default()), Box::new(Map::default())];
    let stores = (Store(store.clone()), Store(second));
    let mut contest = Contest::new(BACKEND, stores, floors, Meter::default(), population);
    contest.fill(arguments.stored()).await?;
    let names = [Plain::NAME, Map::NAME];
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

/// A store with so many runs.
async fn filled(population: &Population, runs: usize) -> anyhow::Result<Arc<MemoryStore>> {
    let store = Arc::new(MemoryStore::new(StoreOptions::default()));
    let subject = Store(store.clone());
    let mut producer = Producer::new(population, 5);
    let tenant = tenant()?;
    let mut left = runs;
    while left > 0 {
        let size = left.min(1_000);
        let batch = Batch::fresh(&tenant, &mut producer, size)?;
        subject.append_new(&batch, size).await?;
        left -= size;
    }
    Ok(store)
}

/// First pages of a small store and of a large one.
async fn pages(
    arguments: &Arguments,
    samples: &mut Samples,
    stores: [(usize, Arc<MemoryStore>); 2],
) -> anyhow::Result<()> {
    let meter = Meter::default();
    let request = reads::uncounted(reads::PAGE)?;
    let (tenant, filter) = (tenant()?, logs_domain::LlmRunFilter::default());
    let names = stores.each_ref().map(|(runs, _)| format!("of {runs} runs"));
    let mut rounds = Rounds::new();
    for round in 0..=arguments.rounds() {
        for ((_, store), name) in stores.iter().zip(&names) {
            let store: &dyn LogsStore = &**store;
            let work = async {
                for _ in 0..PAGES {
                    store.list_llm_runs(&tenant, &filter, &request).await?;
                }
                Ok(())
            };
            let usage = meter.measure(work).await?.1;
            if round > 0 {
                samples.note(BACKEND, "first page", name, (round, PAGES), &usage)?;
                rounds.entry(name.clone()).or_default().push(usage);
            }
        }
    }
    let [few, many] = &names;
    report::head("first pages of memory, uncounted", "page", &[few]);
    for name in [few, many] {
        report::line(name, name, &[few], &rounds, PAGES);
    }
    Ok(())
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
