//! What becomes of each record of a batch, before anything is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use logs_domain::{
    AppendBatch, Draft, InvalidValue, OnConflict, RecordDigest, RecordId, RecordKind,
    RecordOutcome, RecordReference, StoreError, StoreResult, Timestamp,
};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use super::{Identified, Owner};
use crate::{SqliteStore, error};

/// What is stored under an id.
#[derive(Clone, Copy)]
struct Stored {
    digest: RecordDigest,
    created_at: Timestamp,
}

impl Stored {
    /// Whether it is the record of a draft.
    fn is(&self, owner: Owner<'_>, id: RecordId, draft: &Draft) -> bool {
        RecordDigest::new(owner.tenant(), id, self.created_at, draft.digest()) == self.digest
    }
}

/// The outcome of a record, and the record time of what is stored under its key already.
pub(super) type Fate = (RecordOutcome, Option<Timestamp>);

/// The fate of each record, in the order of the batch; or the error of the whole call.
pub(super) async fn fates(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
    records: &[Identified<'_>],
    on_conflict: OnConflict,
) -> StoreResult<Vec<Fate>> {
    let mut ids: BTreeMap<RecordKind, Vec<RecordId>> = BTreeMap::new();
    for (draft, id) in records {
        ids.entry(draft.kind()).or_default().push(*id);
    }
    let mut stored: BTreeMap<RecordKind, HashMap<RecordId, Stored>> = BTreeMap::new();
    for (kind, ids) in &ids {
        stored.insert(*kind, find(store, connection, owner, *kind, ids).await?);
    }
    outcomes_name_exports(store, connection, owner, batch).await?;

    let mut fates = Vec::with_capacity(batch.len());
    let mut conflicts = Vec::new();
    for (index, (draft, id)) in records.iter().enumerate() {
        let found = stored
            .get(&draft.kind())
            .and_then(|of_kind| of_kind.get(id));
        let fate = match found {
            Some(found) if found.is(owner, *id, draft) => {
                (RecordOutcome::AlreadyStored, Some(found.created_at))
            }
            Some(found) => {
                conflicts.push(RecordReference {
                    index,
                    key: draft.key(),
                });
                (RecordOutcome::Conflict, Some(found.created_at))
            }
            None if batch.first_of(index) == Some(index) => (RecordOutcome::Stored, None),
            None => (RecordOutcome::AlreadyStored, None),
        };
        fates.push(fate);
    }
    if on_conflict == OnConflict::RejectCall && !conflicts.is_empty() {
        return Err(StoreError::Conflict { records: conflicts });
    }
    Ok(fates)
}

/// Every outcome of an export needs its export, stored or in the batch.
async fn outcomes_name_exports(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
) -> StoreResult<()> {
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
    let ids: Vec<RecordId> = wanted.iter().map(|(_, id)| *id).collect();
    let stored = find(store, connection, owner, RecordKind::LogExport, &ids).await?;
    match wanted.iter().find(|(_, id)| !stored.contains_key(id)) {
        None => Ok(()),
        Some((index, id)) => {
            let expected = "an export that is stored or in the batch";
            let error = InvalidValue::new("export_id", id, expected);
            Err(error.in_field(format!("records[{index}].export_id")).into())
        }
    }
}

/// What is stored under these ids.
async fn find(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    kind: RecordKind,
    ids: &[RecordId],
) -> StoreResult<HashMap<RecordId, Stored>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(store.variables - 1) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id, digest, created_at FROM ");
        query
            .push(kind.as_str())
            .push(" WHERE tenant_id = ")
            .push_bind(owner.key().to_owned());
        query.push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.as_bytes().to_vec());
        }
        query.push(")");
        let rows: Vec<(Vec<u8>, Vec<u8>, i64)> = query
            .build_query_as()
            .persistent(false)
            .fetch_all(&mut *connection)
            .await
            .map_err(error::before_commit)?;
        for (id, digest, created_at) in rows {
            let (id, stored) = parse(&id, &digest, created_at)
                .ok_or_else(|| StoreError::inconsistent(kind.as_str(), "id", ""))?;
            found.insert(id, stored);
        }
    }
    Ok(found)
}

fn parse(id: &[u8], digest: &[u8], created_at: i64) -> Option<(RecordId, Stored)> {
    let id = RecordId::from_bytes(id.try_into().ok()?).ok()?;
    let digest = RecordDigest::from_bytes(digest.try_into().ok()?);
    Some((
        id,
        Stored {
            digest,
            created_at: Timestamp::from_micros(created_at).ok()?,
        },
    ))
}
