//! Growth: stores of ten thousand runs and of up to ten million, each asked the same in turns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use logs_domain::LogsStore;

use crate::appends::{Rounds, tenant};
use crate::arguments::Arguments;
use crate::batch::Batch;
use crate::data::{Population, Producer, events};
use crate::reads::questions::Asked;
use crate::reads::{Bench, walk};
use crate::report;
use crate::subject::Store;

/// Runs of one append while a store grows.
const APPEND: usize = 10_000;
/// Runs of one append that is measured.
const MEASURED: usize = 1_000;
/// Events around the runs, the same in each store.
const EVENTS: usize = 1_000;
/// A measurement repeats a question for about so long, at least once, at most so often.
const LONG: Duration = Duration::from_millis(10);
const OFTEN: usize = 20;

/// The sizes: at most `--rows`, each ten times the one before it.
pub(crate) fn sizes(arguments: &Arguments) -> Vec<usize> {
    let most = arguments.stored();
    let sizes = [most / 1_000, most / 100, most / 10, most];
    sizes.into_iter().filter(|size| *size >= MEASURED).collect()
}

/// A store of one size.
pub(crate) struct Grown {
    runs: usize,
    store: Arc<dyn LogsStore>,
    asked: Asked,
}

impl Grown {
    /// Fills an empty store with so many runs.
    pub(crate) async fn fill(
        store: Arc<dyn LogsStore>,
        runs: usize,
        population: &Population,
    ) -> anyhow::Result<Self> {
        let (tenant, subject) = (tenant()?, Store(store.clone()));
        let mut producer = Producer::new(population, 5);
        let mut took = Duration::ZERO;
        for stored in (0..runs).step_by(APPEND) {
            let size = APPEND.min(runs - stored);
            let batch = Batch::fresh(&tenant, &mut producer, size)?;
            let begun = Instant::now();
            subject.append_new(&batch, size).await?;
            took += begun.elapsed();
        }
        let micros = took.as_secs_f64() * 1e6 / runs as f64;
        println!("filled with {runs} runs: {micros:.1} µs per run");
        events::store(&*store, &tenant, EVENTS).await?;
        let middle = runs / 2;
        let walked = walk(&*store, &tenant, &[middle]).await?;
        anyhow::ensure!(walked.length == runs, "{} of {runs} runs", walked.length);
        let asked = Asked::new(&*store, &tenant, &walked).await?;
        Ok(Self { runs, store, asked })
    }

    fn name(&self) -> String {
        format!("{} runs", self.runs)
    }
}

/// Measures every question and an append of stores of growing size, the smallest first.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    grown: &[Grown],
    population: &Population,
) -> anyhow::Result<()> {
    let names: Vec<_> = grown.iter().map(Grown::name).collect();
    let asked: Vec<_> = grown
        .iter()
        .map(|grown| grown.asked.questions(&*grown.store))
        .collect();
    let questions = asked.first().map_or(0, Vec::len);
    report::growth_head(bench.backend, &names);
    for place in 0..questions {
        // The page at depth has another depth in each store: the middle.
        let title = asked.first().and_then(|first| first.get(place));
        let title = title.map_or("", |(name, _)| name.as_str());
        let title = match title.strip_prefix("page at depth") {
            Some(_) => "page in the middle",
            None => title,
        };
        let turns: Vec<_> = asked.iter().filter_map(|all| all.get(place)).collect();
        let mut slowest = Duration::ZERO;
        for (_, question) in &turns {
            let begun = Instant::now();
            question().await?;
            slowest = slowest.max(begun.elapsed());
        }
        let times = LONG.as_nanos() / slowest.as_nanos().max(1);
        let times = usize::try_from(times)?.clamp(1, OFTEN);
        let mut rounds = Rounds::new();
        for round in 1..=bench.arguments.rounds() {
            for ((name, question), size) in turns.iter().zip(&names) {
                let work = async {
                    for _ in 0..times {
                        let found = question().await?;
                        anyhow::ensure!(found > 0, "{name}: nothing was found");
                    }
                    Ok(())
                };
                let usage = bench.meter.measure(work).await?.1;
                let place = (round, times);
                let work = format!("growth: {title}");
                bench
                    .samples
                    .note(bench.backend, &work, size, place, &usage)?;
                rounds.entry(size.clone()).or_default().push(usage);
            }
        }
        report::growth_line(title, &names, &rounds, times);
    }
    appends(bench, grown, &names, population).await
}

/// Appends to each store in turns.
async fn appends(
    bench: &mut Bench<'_>,
    grown: &[Grown],
    names: &[String],
    population: &Population,
) -> anyhow::Result<()> {
    let mut producer = Producer::new(population, 29);
    let (tenant, mut rounds) = (tenant()?, Rounds::new());
    for round in 0..=bench.arguments.rounds() {
        for (grown, size) in grown.iter().zip(names) {
            let batch = Batch::fresh(&tenant, &mut producer, MEASURED)?;
            let subject = Store(grown.store.clone());
            let work = subject.append_new(&batch, MEASURED);
            let usage = bench.meter.measure(work).await?.1;
            if round > 0 {
                let place = (round, MEASURED);
                bench
                    .samples
                    .note(bench.backend, "growth: append", size, place, &usage)?;
                rounds.entry(size.clone()).or_default().push(usage);
            }
        }
    }
    report::growth_line("append of 1,000, each record", names, &rounds, MEASURED);
    Ok(())
}
