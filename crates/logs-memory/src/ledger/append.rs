//! New records become entries within their append.

use std::collections::BTreeMap;

use logs_domain::ledger::Salt;
use logs_domain::{
    AppendBatch, Draft, RecordId, RecordOutcome, StoreError, StoreOptions, StoreResult, TenantId,
    Timestamp, WriteOutcome,
};

use crate::log::{Entry, Log, broken};

/// A new record with its salt.
pub(crate) type Salted<'a> = (&'a Draft, RecordId, Salt);

/// The new records in the order of their entries, each with its salt; none without the ledger.
pub(crate) fn salted<'a>(
    options: &StoreOptions,
    owner: Option<&TenantId>,
    batch: &'a AppendBatch,
    outcomes: &[RecordOutcome],
) -> StoreResult<Vec<Salted<'a>>> {
    if !options.ledger {
        return Ok(Vec::new());
    }
    let stored = batch.drafts().iter().zip(outcomes);
    let new = stored.filter(|(_, outcome)| **outcome == RecordOutcome::Stored);
    let mut new: Vec<(&Draft, RecordId)> = new
        .filter_map(|(draft, _)| Some((draft, id_of(draft, owner)?)))
        .collect();
    new.sort_by_key(|(draft, id)| (draft.kind().number(), *id));
    let salts = options
        .salts
        .salts(new.len())
        .map_err(|error| StoreError::Unavailable {
            reason: "there are no random bytes for salts".to_owned(),
            write_outcome: WriteOutcome::NotApplied,
            source: Some(error.into()),
        })?;
    let salted = new.into_iter().zip(salts);
    Ok(salted
        .map(|((draft, id), salt)| (draft, id, salt))
        .collect())
}

/// The id of a record. The outcome of an export has that of the export.
fn id_of(draft: &Draft, owner: Option<&TenantId>) -> Option<RecordId> {
    match (draft, owner) {
        (Draft::LogExportOutcome(outcome), _) => Some(outcome.export_id),
        (Draft::SystemRecord(record), _) => Some(record.id),
        (draft, owner) => draft.id(owner?),
    }
}

/// Adds an entry for each record. After an error, the log is as before.
pub(crate) fn cover(
    log: &mut Log,
    owner: Option<&TenantId>,
    new: &[Salted<'_>],
    recorded_at: Timestamp,
) -> StoreResult<()> {
    let mut range = log.range()?;
    let mut nodes = BTreeMap::new();
    let mut entries = Vec::with_capacity(new.len());
    for (draft, id, salt) in new {
        let leaf = draft.leaf_hash(owner, *id, recorded_at, salt);
        let appended = range.append(leaf, &mut |node, hash| nodes.extend([(node, hash)]));
        appended.map_err(|_| broken())?;
        entries.push(Entry {
            kind: draft.kind(),
            id: *id,
            recorded_at,
            leaf,
            salt: salt.clone(),
        });
    }
    for entry in entries {
        log.places.insert((entry.kind, entry.id), log.size());
        log.entries.push(entry);
    }
    log.nodes.append(&mut nodes);
    log.frontier = range.frontier().collect();
    Ok(())
}
