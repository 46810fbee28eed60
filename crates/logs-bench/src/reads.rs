//! Reads: by key and first pages beside held connections; pages at depth and of promised questions
//! beside the first page of everything.

pub(crate) mod callers;
pub(crate) mod questions;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use logs_domain::{
    CountMode, Cursor, LlmRunFilter, LogsReader, LogsStore, PageLimit, PageRequest, RecordId,
    RunId, TenantId,
};

use crate::appends::Rounds;
use crate::arguments::Arguments;
use crate::data::{Random, events};
use crate::meter::Meter;
use crate::report;
use crate::samples::Samples;

/// Decodes every column of a row of a baseline, whichever the driver, with this type of times and of
/// ids.
macro_rules! decode {
    ($row:expr, $time:ty, $id:ty) => {
        decode!(@column $row, 0, $time);
        decode!(@column $row, 1, $id);
        decode!(@column $row, 2, Vec<u8>);
        for (place, field) in (3..).zip(crate::columns::COLUMNS.iter()) {
            use logs_domain::field::ValueType;
            match field.value_type {
                ValueType::Id => decode!(@column $row, place, Option<$id>),
                ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json => {
                    decode!(@column $row, place, Option<String>)
                }
                ValueType::Integer { .. } => decode!(@column $row, place, Option<i64>),
                ValueType::Time => decode!(@column $row, place, Option<$time>),
                ValueType::Flag => decode!(@column $row, place, Option<bool>),
            }
        }
    };
    (@column $row:expr, $place:expr, $type:ty) => {{
        let column: $type = $row.try_get($place)?;
        std::hint::black_box(column);
    }};
}
pub(crate) use decode;

/// The records of a page.
pub(crate) const PAGE: u32 = 50;
/// One measurement is so many reads by key, or so many pages.
const POINTS: usize = 100;
const PAGES: usize = 20;
/// Events around runs: enough to fill a window.
const LEAST_EVENTS: usize = 1_000;
/// Every so many-th run can be asked for.
const EVERY: usize = 37;

/// Something that reads: a store, or a statement on a held connection.
#[async_trait]
pub(crate) trait Reading: Send {
    fn name(&self) -> &'static str;

    /// Reads one run, which is there.
    async fn point(&mut self, tenant: &TenantId, key: &Key) -> anyhow::Result<()>;

    /// Reads the first runs, not counted, and one more to know whether there are more.
    async fn first_page(&mut self, tenant: &TenantId) -> anyhow::Result<()>;
}

/// The key of a run.
pub(crate) struct Key {
    pub(crate) run_id: RunId,
    pub(crate) id: RecordId,
}

/// What is measured, and where the numbers go.
pub(crate) struct Bench<'a> {
    pub(crate) backend: &'static str,
    pub(crate) store: Arc<dyn LogsStore>,
    pub(crate) meter: Meter,
    pub(crate) arguments: &'a Arguments,
    pub(crate) samples: &'a mut Samples,
}

/// A list, walked once: keys to ask for, and cursors into the depth.
pub(crate) struct Walked {
    pub(crate) keys: Vec<Key>,
    pub(crate) cursors: BTreeMap<usize, Cursor>,
    pub(crate) length: usize,
}

/// Walks the whole list of a tenant.
pub(crate) async fn walk(
    store: &dyn LogsReader,
    tenant: &TenantId,
    depths: &[usize],
) -> anyhow::Result<Walked> {
    let mut walked = Walked {
        keys: Vec::new(),
        cursors: BTreeMap::new(),
        length: 0,
    };
    let all = uncounted(PageLimit::MAX.get())?;
    let mut request = all.clone();
    loop {
        let page = store
            .list_llm_runs(tenant, &LlmRunFilter::default(), &request)
            .await?;
        walked.length += page.items.len();
        let some = page.items.into_iter().step_by(EVERY);
        walked.keys.extend(some.map(|run| Key {
            run_id: run.run_id,
            id: run.id,
        }));
        let Some(next) = page.next else {
            return Ok(walked);
        };
        if depths.contains(&walked.length) {
            walked.cursors.insert(walked.length, next.clone());
        }
        request = all.clone().after(next);
    }
}

/// The first page, not counted.
pub(crate) fn uncounted(limit: u32) -> anyhow::Result<PageRequest> {
    Ok(PageRequest::first(limit)?.count(CountMode::Skip))
}

/// Measures reads by key and first pages of the store beside `baselines`.
pub(crate) async fn beside(
    bench: &mut Bench<'_>,
    baselines: Vec<Box<dyn Reading>>,
    tenant: &TenantId,
    keys: &[Key],
) -> anyhow::Result<()> {
    let names: Vec<_> = baselines.iter().map(|baseline| baseline.name()).collect();
    let store = Box::new(Ported(bench.store.clone())) as Box<dyn Reading>;
    let mut subjects = vec![store];
    subjects.extend(baselines);
    let mut random = Random(11);
    let (mut points, mut pages) = (Rounds::new(), Rounds::new());
    for round in 0..=bench.arguments.rounds() {
        let mut chosen = Vec::with_capacity(POINTS);
        for _ in 0..POINTS {
            let place = usize::try_from(random.below(keys.len() as u64))?;
            chosen.push(keys.get(place).context("a key")?);
        }
        subjects.reverse();
        for subject in &mut subjects {
            let name = subject.name();
            let work = async {
                for key in &chosen {
                    subject.point(tenant, key).await?;
                }
                Ok(())
            };
            let usage = bench.meter.measure(work).await?.1;
            let work = async {
                for _ in 0..PAGES {
                    subject.first_page(tenant).await?;
                }
                Ok(())
            };
            let page_usage = bench.meter.measure(work).await?.1;
            if round > 0 {
                let backend = bench.backend;
                bench
                    .samples
                    .note(backend, "point read", name, (round, POINTS), &usage)?;
                bench
                    .samples
                    .note(backend, "first page", name, (round, PAGES), &page_usage)?;
                points.entry(name.to_owned()).or_default().push(usage);
                pages.entry(name.to_owned()).or_default().push(page_usage);
            }
        }
    }
    report::head(&format!("reads of {}", bench.backend), "read", &names);
    for (title, rounds, units) in [("a run", &points, POINTS), ("first page", &pages, PAGES)] {
        for name in names.iter().copied().chain([Ported::NAME]) {
            report::line(&format!("{title}, {name}"), name, &names, rounds, units);
        }
    }
    Ok(())
}

/// A store, by its port.
struct Ported(Arc<dyn LogsStore>);

impl Ported {
    const NAME: &'static str = "store";
}

#[async_trait]
impl Reading for Ported {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn point(&mut self, tenant: &TenantId, key: &Key) -> anyhow::Result<()> {
        let run = self.0.get_llm_run(tenant, &key.run_id).await?;
        anyhow::ensure!(run.is_some_and(|run| run.id == key.id), "a run is missing");
        Ok(())
    }

    async fn first_page(&mut self, tenant: &TenantId) -> anyhow::Result<()> {
        let request = uncounted(PAGE)?;
        let filter = LlmRunFilter::default();
        let page = self.0.list_llm_runs(tenant, &filter, &request).await?;
        anyhow::ensure!(
            page.items.len() == PAGE as usize && page.has_more,
            "a full page"
        );
        Ok(())
    }
}

/// Measures every kind of read of a store that holds runs.
pub(crate) async fn all(
    bench: &mut Bench<'_>,
    baselines: Vec<Box<dyn Reading>>,
    tenant: &TenantId,
) -> anyhow::Result<()> {
    let store = bench.store.clone();
    let events = (bench.arguments.stored() / 10).max(LEAST_EVENTS);
    events::store(&*store, tenant, events).await?;
    let walked = walk(&*store, tenant, &questions::DEPTHS).await?;
    if !baselines.is_empty() {
        beside(bench, baselines, tenant, &walked.keys).await?;
    }
    questions::measure(bench, tenant, &walked).await?;
    callers::measure(bench, tenant, walked.keys).await
}
