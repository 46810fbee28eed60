//! The outcome of each record of a batch, before any change.

use std::collections::HashSet;

use logs_domain::{
    AppendBatch, Draft, InvalidValue, OnConflict, RecordId, RecordKey, RecordOutcome,
    RecordReference, StoreError, StoreResult,
};

use crate::state::Records;

/// The outcome of each record, in the order of the batch; or the error of the whole call.
pub(super) fn outcomes(
    stored: &Records,
    batch: &AppendBatch,
    on_conflict: OnConflict,
) -> StoreResult<Vec<RecordOutcome>> {
    outcomes_name_exports(stored, batch)?;
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut conflicts = Vec::new();
    for (index, draft) in batch.drafts().iter().enumerate() {
        let key = draft.key();
        let outcome = match stored.keys.get(&key) {
            Some(stored) if stored.digest == draft.digest() => RecordOutcome::AlreadyStored,
            Some(_) => {
                conflicts.push(RecordReference { index, key });
                RecordOutcome::Conflict
            }
            None if batch.first_of(index) == Some(index) => RecordOutcome::Stored,
            None => RecordOutcome::AlreadyStored,
        };
        outcomes.push(outcome);
    }
    if on_conflict == OnConflict::RejectCall && !conflicts.is_empty() {
        return Err(StoreError::Conflict { records: conflicts });
    }
    Ok(outcomes)
}

/// Checks that the export of every outcome is stored or in the batch.
fn outcomes_name_exports(stored: &Records, batch: &AppendBatch) -> StoreResult<()> {
    let mut in_batch: HashSet<RecordId> = HashSet::new();
    for draft in batch.drafts() {
        if let Draft::LogExport(export) = draft {
            in_batch.insert(export.id);
        }
    }
    for (index, draft) in batch.drafts().iter().enumerate() {
        if let Draft::LogExportOutcome(outcome) = draft {
            let id = outcome.export_id;
            if !in_batch.contains(&id) && !stored.keys.contains_key(&RecordKey::LogExport(id)) {
                let expected = "an export that is stored or in the batch";
                let error = InvalidValue::new("export_id", id, expected);
                return Err(error.in_field(format!("records[{index}].export_id")).into());
            }
        }
    }
    Ok(())
}
