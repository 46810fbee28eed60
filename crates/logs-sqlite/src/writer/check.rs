//! The outcome of each record of a batch, before any write.

use std::collections::{BTreeMap, HashMap};

use logs_domain::{
    AppendBatch, OnConflict, RecordDigest, RecordId, RecordKind, StoreError, StoreResult, Timestamp,
};
use logs_sql::append::{self, Fate, Owner, Stored};
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use crate::{SqliteStore, error};

/// The outcome of each record, in the order of the batch; or the error of the whole call.
pub(super) async fn fates(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
    ids: &[RecordId],
    on_conflict: OnConflict,
) -> StoreResult<Vec<Fate>> {
    let mut by_kind: BTreeMap<RecordKind, Vec<RecordId>> = BTreeMap::new();
    for (draft, id) in batch.drafts().iter().zip(ids) {
        by_kind.entry(draft.kind()).or_default().push(*id);
    }
    let mut stored: BTreeMap<RecordKind, HashMap<RecordId, Stored>> = BTreeMap::new();
    for (kind, ids) in &by_kind {
        stored.insert(*kind, find(store, connection, owner, *kind, ids).await?);
    }
    let outside = append::exports_outside(batch);
    let exports: Vec<RecordId> = outside.iter().map(|(_, id)| *id).collect();
    let exports = find(store, connection, owner, RecordKind::LogExport, &exports).await?;
    append::check_exports(&outside, |id| exports.contains_key(&id))?;
    let stored = |index: usize| {
        let draft = batch.drafts().get(index)?;
        let stored = stored.get(&draft.kind())?.get(ids.get(index)?)?;
        Some((stored, draft.digest()))
    };
    append::fates(owner, batch, ids, stored, on_conflict)
}

/// The stored records with these ids.
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
            .push_bind(owner.tenant_id().to_owned());
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
            is_gone: false,
        },
    ))
}
