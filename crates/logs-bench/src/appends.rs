//! Appends of one size: a store and its baselines take turns.

use std::collections::BTreeMap;

use logs_domain::TenantId;

use crate::arguments::Size;
use crate::batch::Batch;
use crate::data::{Population, Producer};
use crate::meter::{Meter, Usage};
use crate::samples::Samples;
use crate::subject::{Store, Subject};

/// The tenant of everything that is measured with one writer.
pub(crate) fn tenant() -> anyhow::Result<TenantId> {
    Ok(TenantId::new("acme")?)
}

/// What the store is asked to do, beside storing new records.
const DUPLICATES: &str = "1% duplicates";
const AGAIN: &str = "all duplicates";
const FRESH: &str = "fresh";
/// The name of the second store.
pub(crate) const SECOND: &str = "store of duplicates";

/// A store with its baselines, each with a database of its own, all filled alike.
pub(crate) struct Contest<'a> {
    pub(crate) backend: &'static str,
    pub(crate) store: Store,
    /// The same store with a database of its own, which is asked to store records again: so every
    /// database grows by the same in each round.
    pub(crate) second: Store,
    pub(crate) baselines: Vec<Box<dyn Subject>>,
    pub(crate) meter: Meter,
    pub(crate) population: &'a Population,
    /// How many records the store and each baseline hold.
    pub(crate) stored: Stored,
    seed: u64,
    /// What the second store was given last.
    last: Vec<Batch>,
}

/// How many records were stored, by the name of the subject.
pub(crate) type Stored = BTreeMap<&'static str, usize>;

/// What the rounds of one size took, by what was done; a measurement for each round, per record.
pub(crate) type Rounds = BTreeMap<String, Vec<Usage>>;

impl<'a> Contest<'a> {
    pub(crate) fn new(
        backend: &'static str,
        (store, second): (Store, Store),
        baselines: Vec<Box<dyn Subject>>,
        meter: Meter,
        population: &'a Population,
    ) -> Self {
        Self {
            backend,
            store,
            second,
            baselines,
            meter,
            population,
            stored: Stored::new(),
            seed: 0,
            last: Vec::new(),
        }
    }

    /// Stores so many records in each, in large appends.
    pub(crate) async fn fill(&mut self, records: usize) -> anyhow::Result<()> {
        let tenant = tenant()?;
        let mut left = records;
        while left > 0 {
            let size = left.min(10_000);
            let batches = self.batches(&tenant, size, 1)?;
            for (subject, batches) in self.subjects().into_iter().zip(batches) {
                for batch in &batches {
                    subject.append(batch).await?;
                }
            }
            for batch in self.batches(&tenant, size, 1)?.iter().flatten().take(1) {
                self.second.append_new(batch, size).await?;
            }
            left -= size;
        }
        self.note_stored(records);
        *self.stored.entry(SECOND).or_default() += records;
        Ok(())
    }

    /// Measures appends of one size.
    pub(crate) async fn measure(
        &mut self,
        size: Size,
        samples: &mut Samples,
    ) -> anyhow::Result<Rounds> {
        self.last.clear();
        let mut rounds = Rounds::new();
        // The first round makes statements and caches warm.
        for round in 0..=size.rounds {
            for (subject, usage) in self.round(size, round).await? {
                if round == 0 {
                    continue;
                }
                let work = format!("append {}", size.records);
                let place = (round, size.records * size.appends);
                samples.note(self.backend, &work, subject, place, &usage)?;
                rounds.entry(subject.to_owned()).or_default().push(usage);
            }
        }
        Ok(rounds)
    }

    async fn round(
        &mut self,
        size: Size,
        round: usize,
    ) -> anyhow::Result<Vec<(&'static str, Usage)>> {
        let tenant = tenant()?;
        let batches = self.batches(&tenant, size.records, size.appends)?;
        let meter = self.meter.clone();
        let mut took = Vec::new();
        let mut turns: Vec<_> = self.subjects().into_iter().zip(batches).collect();
        if round.is_multiple_of(2) {
            turns.reverse();
        }
        for (subject, batches) in turns {
            let name = subject.name();
            let name = if name == "store" { FRESH } else { name };
            let work = async {
                for batch in &batches {
                    subject.append(batch).await?;
                }
                Ok(())
            };
            took.push((name, meter.measure(work).await?.1));
        }
        self.note_stored(size.records * size.appends);
        took.extend(self.duplicates(&tenant, size).await?);
        Ok(took)
    }

    /// The turn of the second store: records of which one in a hundred was in its last turn, and
    /// all of them again.
    async fn duplicates(
        &mut self,
        tenant: &TenantId,
        size: Size,
    ) -> anyhow::Result<Vec<(&'static str, Usage)>> {
        self.seed += 1;
        let mut producer = Producer::new(self.population, self.seed);
        let warm = !self.last.is_empty();
        let mut batches = Vec::with_capacity(size.appends);
        for place in 0..size.appends {
            batches.push(match self.last.get(place) {
                Some(last) => Batch::with_duplicates(tenant, &mut producer, last)?,
                None => Batch::fresh(tenant, &mut producer, size.records)?,
            });
        }
        let duplicates = if warm { size.records / 100 } else { 0 };
        let mut took = Vec::new();
        let usage = self
            .append_again(&batches, size.records - duplicates)
            .await?;
        *self.stored.entry(SECOND).or_default() += (size.records - duplicates) * size.appends;
        if duplicates > 0 {
            took.push((DUPLICATES, usage));
        }
        took.push((AGAIN, self.append_again(&batches, 0).await?));
        self.last = batches;
        Ok(took)
    }

    async fn append_again(&self, batches: &[Batch], new: usize) -> anyhow::Result<Usage> {
        let work = async {
            for batch in batches {
                self.second.append_new(batch, new).await?;
            }
            Ok(())
        };
        Ok(self.meter.measure(work).await?.1)
    }

    pub(crate) fn subjects(&mut self) -> Vec<&mut dyn Subject> {
        let mut subjects: Vec<&mut dyn Subject> = vec![&mut self.store];
        subjects.extend(
            self.baselines
                .iter_mut()
                .map(|baseline| &mut **baseline as &mut dyn Subject),
        );
        subjects
    }

    /// New batches for the store and for each baseline, of runs of their own.
    fn batches(
        &mut self,
        tenant: &TenantId,
        records: usize,
        appends: usize,
    ) -> anyhow::Result<Vec<Vec<Batch>>> {
        let mut all = Vec::with_capacity(self.baselines.len() + 1);
        for _ in 0..=self.baselines.len() {
            self.seed += 1;
            let mut producer = Producer::new(self.population, self.seed);
            let batches = (0..appends).map(|_| Batch::fresh(tenant, &mut producer, records));
            all.push(batches.collect::<anyhow::Result<_>>()?);
        }
        Ok(all)
    }

    pub(crate) fn note_stored(&mut self, records: usize) {
        let names: Vec<_> = self
            .subjects()
            .iter()
            .map(|subject| subject.name())
            .collect();
        for name in names {
            *self.stored.entry(name).or_default() += records;
        }
    }
}
