//! The outcome of each record of a batch.

use std::collections::HashSet;

use logs_domain::{
    AppendBatch, AppendReceipt, ContentDigest, Draft, InvalidValue, OnConflict, RecordDigest,
    RecordId, RecordOutcome, RecordReceipt, RecordReference, StoreError, StoreResult, TenantId,
    Timestamp,
};

use crate::PLATFORM;

/// The owner of the records of an append.
#[derive(Clone, Copy, Debug)]
pub enum Owner<'a> {
    /// A tenant.
    Tenant(&'a TenantId),
    /// The platform.
    Platform,
}

impl Owner<'_> {
    /// The value of the column `tenant_id`.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        match self {
            Self::Tenant(tenant) => tenant.as_str(),
            Self::Platform => PLATFORM,
        }
    }

    /// The tenant, `None` for the platform.
    #[must_use]
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Platform => None,
        }
    }

    /// The id of a draft: its own, or for an outcome the id of its export.
    ///
    /// # Errors
    /// [`InvalidArgument`](StoreError::InvalidArgument) for a kind that the owner does not have.
    pub fn stored_id(&self, draft: &Draft) -> StoreResult<RecordId> {
        let id = match (draft, self) {
            (Draft::SystemRecord(record), _) => Some(record.id),
            (Draft::LogExportOutcome(outcome), _) => Some(outcome.export_id),
            (draft, Self::Tenant(tenant)) => draft.id(tenant),
            (_, Self::Platform) => None,
        };
        let expected = "a system record";
        id.ok_or_else(|| InvalidValue::new("records", draft.kind(), expected).into())
    }
}

/// The record under a key.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// The digest of the record.
    pub digest: RecordDigest,
    /// Its record time.
    pub created_at: Timestamp,
    /// Whether retention dropped the record.
    pub is_gone: bool,
}

impl Stored {
    /// The outcome of a draft with this content under the same key.
    fn outcome(&self, owner: Owner<'_>, id: RecordId, content: ContentDigest) -> RecordOutcome {
        if self.is_gone {
            RecordOutcome::Gone
        } else if RecordDigest::new(owner.tenant(), id, self.created_at, content) == self.digest {
            RecordOutcome::AlreadyStored
        } else {
            RecordOutcome::Conflict
        }
    }
}

/// The outcome of a record.
#[derive(Clone, Copy, Debug)]
pub struct Fate {
    /// Its outcome.
    pub outcome: RecordOutcome,
    /// The record time of the stored record under its key.
    pub stored_at: Option<Timestamp>,
}

/// The outcome of each record, in the order of the batch. `ids` has the id of each. `stored` takes
/// the index of a draft. It returns the stored record under the key, and the digest of the draft.
///
/// # Errors
/// For a call that must fail: [`Conflict`](StoreError::Conflict), else [`Gone`](StoreError::Gone),
/// with all such records.
pub fn fates<'s>(
    owner: Owner<'_>,
    batch: &AppendBatch,
    ids: &[RecordId],
    stored: impl Fn(usize) -> Option<(&'s Stored, ContentDigest)>,
    on_conflict: OnConflict,
) -> StoreResult<Vec<Fate>> {
    let mut fates: Vec<Fate> = Vec::with_capacity(batch.len());
    let mut conflicts = Vec::new();
    let mut gone = Vec::new();
    for (index, (draft, id)) in batch.drafts().iter().zip(ids).enumerate() {
        let first = batch.first_of(index).unwrap_or(index);
        let found = stored(first);
        let outcome = match found {
            Some((found, content)) => found.outcome(owner, *id, content),
            None if first == index => RecordOutcome::Stored,
            None => RecordOutcome::AlreadyStored,
        };
        let reference = || RecordReference {
            index,
            key: draft.key(),
        };
        if outcome == RecordOutcome::Conflict {
            conflicts.push(reference());
        } else if outcome == RecordOutcome::Gone {
            gone.push(reference());
        }
        let stored_at = found.map(|(found, _)| found.created_at);
        fates.push(Fate { outcome, stored_at });
    }
    match on_conflict {
        OnConflict::RejectCall if !conflicts.is_empty() => {
            Err(StoreError::Conflict { records: conflicts })
        }
        OnConflict::RejectCall if !gone.is_empty() => Err(StoreError::Gone { records: gone }),
        OnConflict::RejectCall | OnConflict::SkipRecord => Ok(fates),
    }
}

/// The receipt of a batch with new records at `created_at`.
#[must_use]
pub fn receipt(
    batch: &AppendBatch,
    ids: &[RecordId],
    fates: &[Fate],
    created_at: Timestamp,
) -> AppendReceipt {
    let records = batch.drafts().iter().zip(ids).zip(fates);
    let receipt = |((draft, id), fate): ((&Draft, &RecordId), &Fate)| RecordReceipt {
        outcome: fate.outcome,
        key: draft.key(),
        // An outcome is stored under the id of its export. It has no id of its own.
        id: Some(*id).filter(|_| !matches!(draft, Draft::LogExportOutcome(_))),
        created_at: fate.stored_at.unwrap_or(created_at),
    };
    AppendReceipt {
        records: records.map(receipt).collect(),
    }
}

/// The exports of outcomes in the batch that are not in the batch themselves: the index of the
/// outcome, and the id of the export. They must be stored.
#[must_use]
pub fn exports_outside(batch: &AppendBatch) -> Vec<(usize, RecordId)> {
    let mut in_batch = HashSet::new();
    let mut wanted = Vec::new();
    for (index, draft) in batch.distinct() {
        if let Draft::LogExport(export) = draft {
            in_batch.insert(export.id);
        } else if let Draft::LogExportOutcome(outcome) = draft {
            wanted.push((index, outcome.export_id));
        }
    }
    wanted.retain(|(_, id)| !in_batch.contains(id));
    wanted
}

/// Checks that each of the [exports outside](exports_outside) of a batch is stored.
///
/// # Errors
/// [`InvalidArgument`](StoreError::InvalidArgument) for the first export that is not stored.
pub fn check_exports(
    outside: &[(usize, RecordId)],
    is_stored: impl Fn(RecordId) -> bool,
) -> StoreResult<()> {
    match outside.iter().find(|(_, id)| !is_stored(*id)) {
        None => Ok(()),
        Some((index, id)) => {
            let expected = "an export that is stored or in the batch";
            let error = InvalidValue::new("export_id", id, expected);
            Err(error.in_field(format!("records[{index}].export_id")).into())
        }
    }
}
