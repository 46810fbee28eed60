//! The keys of a batch: what makes its records unique, and what is stored under them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use logs_domain::{
    AppendBatch, ContentDigest, Draft, InvalidValue, RecordDigest, RecordId, RecordKind,
    StoreResult, Timestamp,
};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Owner;
use crate::error::{self, Failure};
use crate::kind::number;

/// The key of a record of a batch.
pub(super) struct Key {
    pub(super) kind: i16,
    pub(super) id: RecordId,
    pub(super) content: ContentDigest,
    /// The place of the record in the batch.
    pub(super) index: usize,
}

impl Key {
    /// The digest of its record when it is stored at a time.
    pub(super) fn digest(&self, owner: Owner<'_>, created_at: Timestamp) -> RecordDigest {
        RecordDigest::new(owner.tenant(), self.id, created_at, self.content)
    }
}

/// What is stored under a key.
pub(super) struct Stored {
    pub(super) digest: RecordDigest,
    pub(super) created_at: Timestamp,
    /// Its month was dropped by retention.
    pub(super) gone: bool,
}

/// What is stored, by kind and id.
pub(super) type Found = HashMap<(i16, RecordId), Stored>;

/// The keys of the distinct records, in the one order in which every append takes them: two appends
/// never wait for each other.
pub(super) fn sorted(owner: Owner<'_>, batch: &AppendBatch) -> StoreResult<Vec<Key>> {
    let mut keys = Vec::with_capacity(batch.len());
    for (index, draft) in batch.distinct() {
        keys.push(Key {
            kind: number(draft.kind()),
            id: owner.stored_id(draft)?,
            content: draft.digest(),
            index,
        });
    }
    keys.sort_unstable_by_key(|key| (key.kind, key.id));
    Ok(keys)
}

/// Every outcome of an export needs its export, stored or in the batch.
pub(super) async fn outcomes_name_exports(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
) -> Result<(), Failure> {
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
    if wanted.is_empty() {
        return Ok(());
    }
    let kind = number(RecordKind::LogExport);
    let keys: Vec<(i16, Uuid)> = wanted.iter().map(|(_, id)| (kind, id.as_uuid())).collect();
    let found = read(connection, owner, &keys).await?;
    match wanted
        .iter()
        .find(|(_, id)| !found.contains_key(&(kind, *id)))
    {
        None => Ok(()),
        Some((index, id)) => {
            let expected = "an export that is stored or in the batch";
            let error = InvalidValue::new("export_id", id, expected);
            let error = error.in_field(format!("records[{index}].export_id"));
            Err(logs_domain::StoreError::from(error).into())
        }
    }
}

/// What came of writing keys.
pub(super) struct Written {
    /// Whether each key is new.
    pub(super) new: Vec<bool>,
    /// When the server had written them, by its own clock.
    pub(super) server_time: DateTime<Utc>,
}

/// Writes the keys that are not there yet. A key that another append is
/// just writing is waited for. `repeated` says whether some are expected to be there.
pub(super) async fn write(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    keys: &[Key],
    created_at: Timestamp,
    repeated: bool,
) -> Result<Written, Failure> {
    let kinds: Vec<i16> = keys.iter().map(|key| key.kind).collect();
    let ids: Vec<Uuid> = keys.iter().map(|key| key.id.as_uuid()).collect();
    let digests: Vec<RecordDigest> = keys
        .iter()
        .map(|key| key.digest(owner, created_at))
        .collect();
    let digests: Vec<&[u8]> = digests
        .iter()
        .map(|digest| digest.as_bytes().as_slice())
        .collect();
    let written = sqlx::query!(
        "SELECT new_kinds, new_ids, pg_catalog.clock_timestamp() AS \"server_time!\" \
         FROM logs.write_keys($1, $2, $3, $4, $5, $6)",
        owner.key(),
        created_at.to_datetime(),
        &kinds,
        &ids,
        &digests[..] as &[&[u8]],
        repeated,
    )
    .fetch_one(connection)
    .await
    .map_err(error::before_commit)?;
    let server_time = written.server_time;
    let (Some(kinds), Some(ids)) = (written.new_kinds, written.new_ids) else {
        return Ok(Written {
            new: vec![true; keys.len()],
            server_time,
        });
    };
    let new: HashSet<(i16, Uuid)> = kinds.into_iter().zip(ids).collect();
    let is_new = |key: &Key| new.contains(&(key.kind, key.id.as_uuid()));
    Ok(Written {
        new: keys.iter().map(is_new).collect(),
        server_time,
    })
}

/// Whether something is stored under each of the keys.
pub(super) async fn all_stored(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    keys: &[Key],
) -> Result<bool, Failure> {
    let wanted: Vec<(i16, Uuid)> = keys
        .iter()
        .map(|key| (key.kind, key.id.as_uuid()))
        .collect();
    let found = read(connection, owner, &wanted).await?;
    Ok(found.len() == keys.len())
}

/// What is stored under keys. A statement of its own: it sees what was committed while an earlier
/// one waited.
pub(super) async fn read(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    keys: &[(i16, Uuid)],
) -> Result<Found, Failure> {
    let (kinds, ids): (Vec<i16>, Vec<Uuid>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT stored.kind, stored.id, stored.digest, stored.created_at, \
             COALESCE(stored.created_at < dropped_before, false) AS \"gone!\" \
         FROM UNNEST($2::smallint[], $3::uuid[]) AS wanted (kind, id) \
         JOIN logs.record_key AS stored ON stored.tenant_id = $1 \
             AND stored.kind = wanted.kind AND stored.id = wanted.id \
         LEFT JOIN logs.retention_floor USING (class)",
        owner.key(),
        &kinds,
        &ids,
    )
    .fetch_all(connection)
    .await
    .map_err(error::before_commit)?;
    let mut found = Found::with_capacity(rows.len());
    for row in rows {
        let parsed = parse(row.id, &row.digest, row.created_at, row.gone);
        let (id, stored) = match parsed {
            Some(parsed) => parsed,
            None => return Ok(error::inconsistent("record_key", "digest")?),
        };
        found.insert((row.kind, id), stored);
    }
    Ok(found)
}

fn parse(
    id: Uuid,
    digest: &[u8],
    created_at: DateTime<Utc>,
    gone: bool,
) -> Option<(RecordId, Stored)> {
    let stored = Stored {
        digest: RecordDigest::from_bytes(digest.try_into().ok()?),
        created_at: Timestamp::from_datetime(created_at).ok()?,
        gone,
    };
    Some((RecordId::new(id).ok()?, stored))
}
