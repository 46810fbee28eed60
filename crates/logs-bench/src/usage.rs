//! Sums of usage, beside a plain sum of the same rows; and appends, beside a store without the indexes that
//! usage needs.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use async_trait::async_trait;
use logs_domain::{
    AppendBatch, Draft, LlmRunFilter, LogsStore, OnConflict, RunId, TenantId, TimeRange, Timestamp,
    UsageDimension, UsageQuery,
};

use crate::appends::{Rounds, tenant};
use crate::batch::Batch;
use crate::data::{Population, Producer};
use crate::reads::Bench;
use crate::report;
use crate::subject::Store;

/// Runs of one append while a store is filled.
const APPEND: usize = 10_000;
/// Runs of one append that is measured.
const MEASURED: usize = 1_000;
/// One run in so many names the one before it as its parent.
pub(crate) const CHILDREN: usize = 10;
/// The names in tables.
pub(crate) const BASELINE: &str = "plain sum";
pub(crate) const OURS: &str = "store";
pub(crate) const WITHOUT: &str = "without the indexes";
/// One more of the same, which tells how far equal stores seem apart.
pub(crate) const CONTROL: &str = "without the indexes, again";

/// The least that a sum can cost: `COUNT` and three `SUM` of the runs of a tenant that started in a window,
/// on a held connection.
#[async_trait]
pub(crate) trait Baseline: Send {
    /// Sums up, and says how many runs there are.
    async fn sum(&mut self, tenant: &TenantId, window: &TimeRange) -> anyhow::Result<u64>;
}

/// Fills a store with so many runs, and gives the time of the first and the last.
pub(crate) async fn fill(
    store: &dyn LogsStore,
    runs: usize,
    population: &Population,
) -> anyhow::Result<(Timestamp, Timestamp)> {
    let tenant = tenant()?;
    let mut producer = Producer::new(population, 5);
    let mut before: Option<RunId> = None;
    let (mut first, mut last) = (Timestamp::MAX, Timestamp::MIN);
    let begun = Instant::now();
    for stored in (0..runs).step_by(APPEND) {
        let mut drafts = Vec::with_capacity(APPEND);
        for number in stored..runs.min(stored + APPEND) {
            let mut run = producer.next()?;
            if number % CHILDREN == CHILDREN - 1 {
                run.parent_run_id = before;
            }
            before = Some(run.run_id.clone());
            (first, last) = (first.min(run.started_at), last.max(run.started_at));
            drafts.push(Draft::from(run));
        }
        let batch = AppendBatch::new(drafts)?;
        store
            .append(&tenant, &batch, OnConflict::RejectCall)
            .await?;
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6 / runs.max(1) as f64;
    println!("filled with {runs} runs: {micros:.1} µs per run");
    Ok((first, last))
}

/// Measures usage of a store that [`fill`] filled.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    mut baseline: Box<dyn Baseline>,
    (first, last): (Timestamp, Timestamp),
) -> anyhow::Result<()> {
    let (store, tenant) = (bench.store.clone(), tenant()?);
    let window = TimeRange::between(first, last.saturating_add_micros(1))?;
    let all = UsageQuery::new(LlmRunFilter::default().started(window));
    let tenth = (last.as_micros() - first.as_micros()) / 10;
    let short = TimeRange::between(first, first.saturating_add_micros(tenth))?;
    use UsageDimension::{Day, Hour, Model, Provider, Source, Status};
    let questions = [
        ("all together", all.clone()),
        ("by day and model", all.clone().group_by([Day, Model])),
        (
            "by hour, model, provider, status, source",
            all.clone()
                .group_by([Hour, Model, Provider, Status, Source]),
        ),
        (
            "a tenth of the window, by hour and model",
            UsageQuery::new(LlmRunFilter::default().started(short)).group_by([Hour, Model]),
        ),
    ];
    let mut rounds = Rounds::new();
    let stored = baseline.sum(&tenant, &window).await?;
    let counted = store.summarize_usage(&tenant, &all).await?.total().runs;
    println!("{stored} runs in the window, {counted} of them count");
    for round in 0..=bench.arguments.rounds().min(11) {
        let usage = bench.meter.measure(baseline.sum(&tenant, &window)).await?.1;
        note(bench, &mut rounds, BASELINE, round, usage)?;
        for (name, query) in &questions {
            let work = async {
                let found = store.summarize_usage(&tenant, query).await?;
                anyhow::ensure!(found.total().runs > 0, "{name}: nothing was found");
                Ok(())
            };
            let usage = bench.meter.measure(work).await?.1;
            note(bench, &mut rounds, name, round, usage)?;
        }
    }
    report::head(&format!("usage of {}", bench.backend), "sum", &[BASELINE]);
    for name in [BASELINE]
        .into_iter()
        .chain(questions.iter().map(|one| one.0))
    {
        report::line(name, name, &[BASELINE], &rounds, 1);
    }
    println!("memory of this process, at most: {}", peak()?);
    Ok(())
}

fn note(
    bench: &mut Bench<'_>,
    rounds: &mut Rounds,
    name: &str,
    round: usize,
    usage: crate::meter::Usage,
) -> anyhow::Result<()> {
    if round > 0 {
        let backend = bench.backend;
        bench
            .samples
            .note(backend, "usage", name, (round, 1), &usage)?;
        rounds.entry(name.to_owned()).or_default().push(usage);
    }
    Ok(())
}

/// Measures appends to stores in turns, of which one is without the indexes of usage.
pub(crate) async fn appends(
    bench: &mut Bench<'_>,
    stores: &[(&'static str, Arc<dyn LogsStore>)],
    population: &Population,
) -> anyhow::Result<()> {
    let (tenant, mut producer) = (tenant()?, Producer::new(population, 31));
    let mut rounds = Rounds::new();
    for round in 0..=bench.arguments.rounds() {
        let place = round % stores.len();
        let turns = stores.iter().cycle().skip(place).take(stores.len());
        for (name, store) in turns {
            let batch = Batch::fresh(&tenant, &mut producer, MEASURED)?;
            let work = Store(Arc::clone(store));
            let usage = bench
                .meter
                .measure(work.append_new(&batch, MEASURED))
                .await?
                .1;
            note(bench, &mut rounds, name, round, usage)?;
        }
    }
    let title = format!("appends of 1,000 to {}", bench.backend);
    report::head(&title, "record", &[WITHOUT]);
    for (name, _) in stores {
        report::line(name, name, &[WITHOUT], &rounds, MEASURED);
    }
    Ok(())
}

/// The most memory that this process had.
fn peak() -> anyhow::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.context("its memory")?.trim().to_owned())
}
