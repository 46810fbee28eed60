//! Appends of one size: a store and its floors take turns.

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

/// A store with its floors, each with a database of its own, all filled alike.
pub(crate) struct Contest<'a> {
    pub(crate) backend: &'static str,
    pub(crate) store: Store,
    pub(crate) floors: Vec<Box<dyn Subject>>,
    pub(crate) meter: Meter,
    pub(crate) population: &'a Population,
    /// How many records the store and each floor hold.
    pub(crate) stored: Stored,
    seed: u64,
}

/// How many records were stored, by the name of the subject.
pub(crate) type Stored = BTreeMap<&'static str, usize>;

/// What the rounds of one size took, by what was done; a measurement for each round, per record.
pub(crate) type Rounds = BTreeMap<&'static str, Vec<Usage>>;

impl<'a> Contest<'a> {
    pub(crate) const fn new(
        backend: &'static str,
        store: Store,
        floors: Vec<Box<dyn Subject>>,
        meter: Meter,
        population: &'a Population,
    ) -> Self {
        Self {
            backend,
            store,
            floors,
            meter,
            population,
            stored: Stored::new(),
            seed: 0,
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
            left -= size;
        }
        self.note_stored(records);
        Ok(())
    }

    /// Measures appends of one size.
    pub(crate) async fn measure(
        &mut self,
        size: Size,
        samples: &mut Samples,
    ) -> anyhow::Result<Rounds> {
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
                rounds.entry(subject).or_default().push(usage);
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
        let again = batches.first().cloned().unwrap_or_default();
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
        let new = size.records - size.records / 100;
        let mut mixed = Vec::with_capacity(again.len());
        self.seed += 1;
        let mut producer = Producer::new(self.population, self.seed);
        for stored in &again {
            mixed.push(Batch::with_duplicates(&tenant, &mut producer, stored)?);
        }
        if new < size.records {
            let usage = self.append_all(&mixed, new).await?;
            took.push((DUPLICATES, usage));
            *self.stored.entry("store").or_default() += new * size.appends;
        }
        took.push((AGAIN, self.append_all(&again, 0).await?));
        self.note_stored(size.records * size.appends);
        Ok(took)
    }

    async fn append_all(&self, batches: &[Batch], new: usize) -> anyhow::Result<Usage> {
        let work = async {
            for batch in batches {
                self.store.append_new(batch, new).await?;
            }
            Ok(())
        };
        Ok(self.meter.measure(work).await?.1)
    }

    fn subjects(&mut self) -> Vec<&mut dyn Subject> {
        let mut subjects: Vec<&mut dyn Subject> = vec![&mut self.store];
        subjects.extend(
            self.floors
                .iter_mut()
                .map(|floor| &mut **floor as &mut dyn Subject),
        );
        subjects
    }

    /// New batches for the store and for each floor, of runs of their own.
    fn batches(
        &mut self,
        tenant: &TenantId,
        records: usize,
        appends: usize,
    ) -> anyhow::Result<Vec<Vec<Batch>>> {
        let mut all = Vec::with_capacity(self.floors.len() + 1);
        for _ in 0..=self.floors.len() {
            self.seed += 1;
            let mut producer = Producer::new(self.population, self.seed);
            let batches = (0..appends).map(|_| Batch::fresh(tenant, &mut producer, records));
            all.push(batches.collect::<anyhow::Result<_>>()?);
        }
        Ok(all)
    }

    fn note_stored(&mut self, records: usize) {
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
