//! Appending what was read, in batches.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use logs_domain::{
    AppendBatch, AppendReceipt, ContentDigest, Draft, InvalidValue, LogsStore, OnConflict,
    PlatformBatch, RecordKey, RecordOutcome, StoreError, StoreResult,
};

use super::reading::{Item, Reading};
use super::translate::Translated;
use super::{Bad, Location, Owner, RefusedFile};
use crate::exit::Failure;

/// How many bytes a batch holds at most; the store takes twice as many.
const BATCH_BYTES: usize = AppendBatch::MAX_BYTES / 2;
/// How many refusals are told one by one.
const TOLD_REFUSALS: usize = 5;
/// How often an append is tried when the store is busy.
const TRIES: usize = 10;

/// What became of the records of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Records that are stored now; on a dry run, those that would be.
    pub(crate) stored: u64,
    /// Records that were stored before.
    pub(crate) already_stored: u64,
    /// Records of the source that were refused and passed over.
    pub(crate) refused: u64,
    /// The first refusals.
    pub(crate) refusals: Vec<String>,
}

/// Appends the records of one source.
pub(crate) struct Pipeline<'a> {
    /// `None` on a dry run: everything is checked and nothing is stored.
    store: Option<Arc<dyn LogsStore>>,
    batch_records: usize,
    refused: Option<&'a mut RefusedFile>,
    pending: HashMap<Owner, Vec<Pending>>,
    pending_records: usize,
    pending_bytes: usize,
    keys: HashMap<(Owner, RecordKey), ContentDigest>,
    outcome: Outcome,
}

/// A draft that waits for its batch.
struct Pending {
    draft: Draft,
    location: Location,
    /// The record of the source, kept only where refused ones are written to a file.
    text: Option<Arc<str>>,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(
        store: Option<Arc<dyn LogsStore>>,
        batch_records: usize,
        refused: Option<&'a mut RefusedFile>,
    ) -> Self {
        Self {
            store,
            batch_records,
            refused,
            pending: HashMap::new(),
            pending_records: 0,
            pending_bytes: 0,
            keys: HashMap::new(),
            outcome: Outcome::default(),
        }
    }

    /// Appends everything that is read; `progress` is told how many bytes were.
    ///
    /// # Errors
    /// The first bad record, unless refused ones are passed over; an error of source or store.
    /// Nothing of the batch under way is stored then, and the outcome so far comes with it.
    pub(crate) async fn run(
        mut self,
        mut reading: Reading,
        progress: &(dyn Fn(u64) + Sync),
    ) -> (Outcome, Result<(), Failure>) {
        let ended = self.consume(&mut reading, progress).await;
        (self.outcome, ended)
    }

    async fn consume(
        &mut self,
        reading: &mut Reading,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(), Failure> {
        while let Some(chunk) = reading.chunks.recv().await {
            for item in chunk {
                self.take(item).await?;
            }
            progress(reading.bytes.load(std::sync::atomic::Ordering::Relaxed));
        }
        let unreadable = |error: io::Error| Failure::refused(format!("it cannot be read: {error}"));
        let ended = (&mut reading.ended).await;
        ended
            .map_err(io::Error::other)
            .flatten()
            .map_err(unreadable)?;
        self.flush().await
    }

    async fn take(&mut self, item: Item) -> Result<(), Failure> {
        let Item {
            location,
            text,
            result,
        } = item;
        let Translated { owner, drafts } = match result {
            Ok(translated) => translated,
            Err(bad) => return self.refuse(bad, &text),
        };
        if let Some(bad) = self.clash(&owner, &drafts, location) {
            return self.refuse(bad, &text);
        }
        let text: Option<Arc<str>> = self.refused.is_some().then(|| text.into());
        for draft in drafts {
            self.keys
                .insert((owner.clone(), draft.key()), draft.digest());
            self.pending_records += 1;
            self.pending_bytes += draft.byte_len();
            let pending = Pending {
                draft,
                location,
                text: text.clone(),
            };
            self.pending.entry(owner.clone()).or_default().push(pending);
        }
        if self.pending_records >= self.batch_records || self.pending_bytes >= BATCH_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Two records of one batch with one key and other content: the second is refused.
    fn clash(&self, owner: &Owner, drafts: &[Draft], location: Location) -> Option<Bad> {
        let mut clashes = drafts.iter().filter(|draft| {
            let found = self.keys.get(&(owner.clone(), draft.key()));
            found.is_some_and(|digest| *digest != draft.digest())
        });
        let key = clashes.next()?.key();
        let expected = "another key, or the content of the earlier record with this one";
        Some(Bad {
            location,
            error: InvalidValue::new("record", key, expected),
        })
    }

    /// Passes a record over, or ends the import.
    fn refuse(&mut self, bad: Bad, text: &str) -> Result<(), Failure> {
        let Some(file) = &mut self.refused else {
            return Err(Failure::refused(bad.to_string()));
        };
        self.outcome.refused += 1;
        if self.outcome.refusals.len() < TOLD_REFUSALS {
            self.outcome.refusals.push(bad.to_string());
        }
        file.write(text).map_err(|error| {
            Failure::refused(format!(
                "{} cannot be written: {error}",
                file.path().display()
            ))
        })
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        self.keys.clear();
        self.pending_records = 0;
        self.pending_bytes = 0;
        for (owner, pending) in std::mem::take(&mut self.pending) {
            for batch in split(pending) {
                self.append(&owner, batch).await?;
            }
        }
        Ok(())
    }

    async fn append(&mut self, owner: &Owner, pending: Vec<Pending>) -> Result<(), Failure> {
        let places: Vec<(Location, Option<Arc<str>>)> = pending
            .iter()
            .map(|pending| (pending.location, pending.text.clone()))
            .collect();
        let drafts: Vec<Draft> = pending.into_iter().map(|pending| pending.draft).collect();
        let refused = |error: InvalidValue| Failure::refused(error.to_string());
        let batch = AppendBatch::new(drafts).map_err(refused)?;
        let Some(store) = self.store.clone() else {
            self.outcome.stored += batch.len() as u64;
            return Ok(());
        };
        let on_conflict = match self.refused {
            Some(_) => OnConflict::SkipRecord,
            None => OnConflict::RejectCall,
        };
        let receipt = append(&*store, owner, &batch, on_conflict).await;
        let receipt = receipt.map_err(|error| explained(error, &places))?;
        for (record, (location, text)) in receipt.records.iter().zip(places) {
            match record.outcome {
                RecordOutcome::Stored => self.outcome.stored += 1,
                RecordOutcome::AlreadyStored => self.outcome.already_stored += 1,
                RecordOutcome::Conflict | RecordOutcome::Gone | _ => {
                    let expected = "the content that is stored under this key";
                    let error = InvalidValue::new("record", &record.key, expected);
                    self.refuse(Bad { location, error }, text.as_deref().unwrap_or_default())?;
                }
            }
        }
        Ok(())
    }
}

/// What waits, in pieces that a batch takes.
fn split(pending: Vec<Pending>) -> Vec<Vec<Pending>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for one in pending {
        let more = one.draft.byte_len();
        if batch.len() == AppendBatch::MAX_RECORDS || bytes + more > AppendBatch::MAX_BYTES {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += more;
        batch.push(one);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// Appends a batch, waiting for a busy store. Sending it again is always safe.
async fn append(
    store: &dyn LogsStore,
    owner: &Owner,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<AppendReceipt> {
    let mut tries = 1;
    loop {
        let appended = match owner {
            Owner::Tenant(tenant) => store.append(tenant, batch, on_conflict).await,
            Owner::Platform => {
                let platform = platform_batch(batch)?;
                store.append_platform(&platform, on_conflict).await
            }
        };
        match appended {
            Err(StoreError::Pushback { retry_after }) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(retry_after).await;
            }
            other => return other,
        }
    }
}

fn platform_batch(batch: &AppendBatch) -> StoreResult<PlatformBatch> {
    let mut records = Vec::with_capacity(batch.len());
    for draft in batch.drafts() {
        if let Draft::SystemRecord(record) = draft {
            records.push(record.clone());
        }
    }
    Ok(PlatformBatch::new(records)?)
}

/// The error of an append, with the places of the records that it names.
fn explained(error: StoreError, places: &[(Location, Option<Arc<str>>)]) -> Failure {
    let mut named = None;
    if let StoreError::Conflict { records } | StoreError::Gone { records } = &error {
        named = records.first();
    }
    let place = named.and_then(|record| places.get(record.index));
    match place {
        Some((location, _)) => Failure::refused(format!("{location}: {error}")),
        None => error.into(),
    }
}
