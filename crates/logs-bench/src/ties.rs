//! Pages inside many equal times: ten appends of ten thousand runs by a clock that stands still.

use std::sync::Arc;

use logs_domain::{Clock, LlmRunFilter, LogsStore, StoreOptions, Timestamp};

use crate::appends::{Rounds, tenant};
use crate::batch::Batch;
use crate::data::{Population, Producer};
use crate::reads::{Bench, PAGE, uncounted, walk};
use crate::report;
use crate::subject::Store;

const APPENDS: usize = 10;
const RECORDS: usize = 10_000;
const DEPTHS: [usize; 3] = [1_000, 50_000, 99_000];
/// One measurement is so many pages.
const PAGES: usize = 20;
const FIRST: &str = "first page";

/// A clock that stands still: 2026-11-02T00:00:00Z.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_793_577_600_000_000).unwrap_or(Timestamp::MAX)
    }

    fn tells_time_of_day(&self) -> bool {
        false
    }
}

/// Options of a store whose records all have one time.
pub(crate) fn options() -> StoreOptions {
    StoreOptions::default().clock(Arc::new(Still))
}

/// Measures pages of an empty store that was opened with [`options`], after filling it.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    store: Arc<dyn LogsStore>,
    population: &Population,
) -> anyhow::Result<()> {
    let (tenant, filter) = (tenant()?, LlmRunFilter::default());
    let subject = Store(store.clone());
    let mut producer = Producer::new(population, 3);
    for _ in 0..APPENDS {
        let batch = Batch::fresh(&tenant, &mut producer, RECORDS)?;
        subject.append_new(&batch, RECORDS).await?;
    }
    let walked = walk(&*store, &tenant, &DEPTHS).await?;
    anyhow::ensure!(walked.length == APPENDS * RECORDS, "{} runs", walked.length);
    let first = uncounted(PAGE)?;
    let mut requests = vec![(FIRST.to_owned(), first.clone())];
    requests.extend(walked.cursors.into_iter().map(|(depth, cursor)| {
        (
            format!("page at depth {depth}"),
            first.clone().after(cursor),
        )
    }));
    let mut rounds = Rounds::new();
    for round in 0..=bench.arguments.rounds() {
        for (name, request) in &requests {
            let work = async {
                for _ in 0..PAGES {
                    let page = store.list_llm_runs(&tenant, &filter, request).await?;
                    anyhow::ensure!(page.items.len() == PAGE as usize, "a full page");
                }
                Ok(())
            };
            let usage = bench.meter.measure(work).await?.1;
            if round > 0 {
                bench
                    .samples
                    .note(bench.backend, "ties", name, (round, PAGES), &usage)?;
                rounds.entry(name.clone()).or_default().push(usage);
            }
        }
    }
    let title = format!(
        "pages of {}, {} runs of one time",
        bench.backend, walked.length
    );
    report::head(&title, "page", &[FIRST]);
    for (name, _) in &requests {
        report::line(name, name, &[FIRST], &rounds, PAGES);
    }
    Ok(())
}
