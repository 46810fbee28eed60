//! Appends the drafts of a source in batches.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::pin::pin;
use std::sync::Arc;

use logs_domain::{
    AppendBatch, AppendReceipt, ContentDigest, Draft, InvalidValue, LogsStore, OnConflict,
    PlatformBatch, RecordKey, RecordOutcome, StoreError, StoreResult, TenantId,
};

use logs_import::source::Unreadable;
use logs_import::{Location, Rejected};

use super::RefusedFile;
use super::reading::{Item, Reading, Stopped, Told};
use crate::failure::Failure;
use crate::interrupt::interrupted;

/// The most bytes of a batch, half of the limit of the store.
const BATCH_BYTES: usize = AppendBatch::MAX_BYTES / 2;
/// How many refused records the summary names.
const TOLD_REFUSALS: usize = 5;
/// How often the import retries an append on a busy store.
const TRIES: usize = 10;

/// Whose records are appended.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// Of a tenant.
    Tenant(TenantId),
    /// Of the platform.
    Platform,
}

/// The outcomes of the records of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Records that this import stored.
    pub(crate) stored: u64,
    /// Records that were stored before.
    pub(crate) already_stored: u64,
    /// Refused records of the source.
    pub(crate) refused: u64,
    /// The first refusals.
    pub(crate) refusals: Vec<String>,
    /// Parts of a source that were left out.
    pub(crate) left_out: Vec<String>,
    /// Notes about a source after its end.
    pub(crate) notes: Vec<String>,
    /// The tenants, whose records these are.
    pub(crate) tenants: BTreeSet<TenantId>,
}

/// Appends the records of one source.
pub(crate) struct Pipeline<'a> {
    store: Arc<dyn LogsStore>,
    batch_records: usize,
    refused: Option<&'a mut RefusedFile>,
    pending: HashMap<Owner, Vec<Pending>>,
    pending_records: usize,
    pending_bytes: usize,
    keys: HashMap<(Owner, RecordKey), ContentDigest>,
    outcome: Outcome,
}

/// A draft in the current batch.
struct Pending {
    draft: Draft,
    origin: Origin,
}

/// The record of the source for a draft.
#[derive(Clone)]
struct Origin {
    location: Location,
    /// Its bytes, only if refused records go to a file.
    bytes: Option<Arc<[u8]>>,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(
        store: Arc<dyn LogsStore>,
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

    /// Appends all records. Calls `progress` with the number of bytes read.
    ///
    /// # Errors
    /// The first bad record, unless the import skips them; or an error of source or store. The
    /// store then has nothing of the current batch. The result includes the outcomes so far.
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
        let mut interrupted = pin!(interrupted());
        loop {
            let chunk = tokio::select! {
                chunk = reading.chunks.recv() => chunk,
                () = &mut interrupted => {
                    let told = "interrupted; the same command goes on where this one ended";
                    return Err(Failure::refused(told));
                }
            };
            let Some(chunk) = chunk else { break };
            for item in chunk.items {
                self.take(item).await?;
            }
            progress(reading.bytes.load(std::sync::atomic::Ordering::Relaxed));
        }
        let stopped = match (&mut reading.ended).await {
            Ok(Ok(Told { left_out, notes })) => {
                self.outcome.left_out = left_out;
                self.outcome.notes = notes;
                return self.flush().await;
            }
            Ok(Err(stopped)) => stopped,
            Err(error) => Stopped::Unreadable(Unreadable::Io(io::Error::other(error))),
        };
        let failure = match stopped {
            Stopped::Usage(told) => return Err(Failure::usage(told)),
            Stopped::Unreadable(_) => Failure::refused(stopped.to_string()),
        };
        if self.refused.is_none() {
            return Err(failure);
        }
        // The records before it are good and stored. The source cannot be parsed after it.
        self.flush().await?;
        Err(failure.and_also("nothing after it can be read"))
    }

    async fn take(&mut self, item: Item) -> Result<(), Failure> {
        let Item {
            location,
            bytes,
            made,
        } = item;
        let bytes: Option<Arc<[u8]>> = self.refused.is_some().then(|| bytes.into());
        // White space in a source can make a record larger than its drafts.
        self.pending_bytes += bytes.as_ref().map_or(0, |bytes| bytes.len());
        let origin = Origin { location, bytes };
        let mut refused = false;
        for made in made {
            let kept = made.and_then(|(owner, draft)| {
                let key = (owner.clone(), draft.key());
                let digest = draft.digest();
                match self.keys.insert(key, digest) {
                    Some(earlier) if earlier != digest => {
                        self.keys.insert((owner, draft.key()), earlier);
                        let expected = "another key, or the content of the earlier record with this one; \
                                        --repeats last takes the last one";
                        Err(InvalidValue::new("record", draft.key(), expected))
                    }
                    _ => Ok((owner, draft)),
                }
            });
            match kept {
                Ok((owner, draft)) => {
                    self.pending_records += 1;
                    self.pending_bytes += draft.byte_len();
                    let origin = origin.clone();
                    let pending = Pending { draft, origin };
                    self.pending.entry(owner).or_default().push(pending);
                }
                // A record of the source counts as refused once.
                Err(error) if !refused => {
                    refused = true;
                    self.refuse_at(error, &origin)?;
                }
                Err(_) => {}
            }
        }
        if self.pending_records >= self.batch_records || self.pending_bytes >= BATCH_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Skips a record, or ends the import.
    fn refuse(&mut self, bad: Rejected, bytes: &[u8]) -> Result<(), Failure> {
        let Some(file) = &mut self.refused else {
            return Err(Failure::refused(bad.to_string()));
        };
        self.outcome.refused += 1;
        if self.outcome.refusals.len() < TOLD_REFUSALS {
            self.outcome.refusals.push(bad.to_string());
        }
        file.write(bytes, &bad).map_err(|error| {
            let path = file.path().display();
            Failure::refused(format!("{path} cannot be written: {error}"))
        })
    }

    fn refuse_at(&mut self, error: InvalidValue, origin: &Origin) -> Result<(), Failure> {
        let location = origin.location;
        let bad = Rejected { location, error };
        self.refuse(bad, origin.bytes.as_deref().unwrap_or_default())
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
        let (drafts, origins): (Vec<Draft>, Vec<Origin>) = pending
            .into_iter()
            .map(|pending| (pending.draft, pending.origin))
            .unzip();
        let batch = AppendBatch::new(drafts).map_err(|error| in_batch(&error, origins.first()))?;
        let on_conflict = match self.refused {
            Some(_) => OnConflict::SkipRecord,
            None => OnConflict::RejectCall,
        };
        match append(&*self.store, owner, &batch, on_conflict).await {
            Ok(receipt) => {
                if let Owner::Tenant(tenant) = owner {
                    self.outcome.tenants.insert(tenant.clone());
                }
                self.count(&receipt, &origins)
            }
            Err(StoreError::InvalidArgument(error)) if self.refused.is_some() => {
                match origins.as_slice() {
                    [one] => self.refuse_at(error, one),
                    _ => self.append_apart(owner, &batch, origins).await,
                }
            }
            Err(error) => Err(explained(error, &origins)),
        }
    }

    /// Appends the records of a refused batch one by one. Outcomes of exports come last, because
    /// they need their export.
    async fn append_apart(
        &mut self,
        owner: &Owner,
        batch: &AppendBatch,
        origins: Vec<Origin>,
    ) -> Result<(), Failure> {
        let pending = batch.drafts().iter().cloned().zip(origins);
        let pending = pending.map(|(draft, origin)| Pending { draft, origin });
        let (last, first): (Vec<_>, Vec<_>) =
            pending.partition(|pending| matches!(pending.draft, Draft::LogExportOutcome(_)));
        for one in first.into_iter().chain(last) {
            Box::pin(self.append(owner, vec![one])).await?;
        }
        Ok(())
    }

    fn count(&mut self, receipt: &AppendReceipt, origins: &[Origin]) -> Result<(), Failure> {
        let mut refused = None;
        for (record, origin) in receipt.records.iter().zip(origins) {
            let expected = match record.outcome {
                RecordOutcome::Stored => {
                    self.outcome.stored += 1;
                    continue;
                }
                RecordOutcome::AlreadyStored => {
                    self.outcome.already_stored += 1;
                    continue;
                }
                RecordOutcome::Gone => "a record that retention has not dropped",
                RecordOutcome::Conflict => "the content stored under this key",
            };
            // A record of the source counts as refused once, whatever the number of its refused
            // drafts.
            if refused != Some(origin.location) {
                refused = Some(origin.location);
                self.refuse_at(InvalidValue::new("record", &record.key, expected), origin)?;
            }
        }
        Ok(())
    }
}

/// The waiting drafts, in parts that fit a batch.
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

/// Appends a batch, and waits for a busy store. It is always safe to send it again.
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

/// The hint for a key that is stored with other content.
const OTHER_CONTENT: &str = "; if these are records of another file, whose ids come from --source and their \
                             place, give that file another --source; --skip-bad goes on without them";

/// The error of an append, with the place of the first record that it names.
fn explained(error: StoreError, origins: &[Origin]) -> Failure {
    if let StoreError::InvalidArgument(refused) = &error {
        // What cannot be appended came from the source, not from the command line.
        return in_batch(refused, origins.first());
    }
    let mut named = None;
    if let StoreError::Conflict { records } | StoreError::Gone { records } = &error {
        named = records.first();
    }
    match named.and_then(|record| origins.get(record.index)) {
        Some(origin) => Failure::refused(format!("{}: {error}{OTHER_CONTENT}", origin.location)),
        None => error.into(),
    }
}

/// A batch that is refused: where it begins, and why.
fn in_batch(error: &InvalidValue, first: Option<&Origin>) -> Failure {
    Failure::refused(match first {
        Some(origin) => format!("in the batch from {} on: {error}", origin.location),
        None => error.to_string(),
    })
}
