//! The keys of a batch, and the records stored under them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use logs_domain::{
    AppendBatch, ContentDigest, Draft, RecordDigest, RecordId, RecordKind, Timestamp,
};
use logs_sql::append::{self, Owner, Stored};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::error::{self, Failure};
use crate::kind::number;

/// The key of a record of a batch.
pub(super) struct Key {
    pub(super) kind: i16,
    pub(super) id: RecordId,
    pub(super) content: ContentDigest,
    /// The index of the record in the batch.
    pub(super) index: usize,
}

impl Key {
    /// The digest of its record if it is stored at this time.
    pub(super) fn digest(&self, owner: Owner<'_>, created_at: Timestamp) -> RecordDigest {
        RecordDigest::new(owner.tenant(), self.id, created_at, self.content)
    }
}

/// The stored records, by kind and id.
pub(super) type Found = HashMap<(i16, RecordId), Stored>;

/// The keys of the distinct records. Every append takes keys in this order, so two appends never
/// deadlock on them.
pub(super) fn sorted(batch: &AppendBatch, ids: &[RecordId]) -> Vec<Key> {
    let key = |(index, draft): (usize, &Draft)| {
        Some(Key {
            kind: number(draft.kind()),
            id: *ids.get(index)?,
            content: draft.digest(),
            index,
        })
    };
    let mut keys: Vec<Key> = batch.distinct().filter_map(key).collect();
    keys.sort_unstable_by_key(|key| (key.kind, key.id));
    keys
}

/// Checks that the export of every outcome is stored or in the batch.
pub(super) async fn outcomes_name_exports(
    connection: &mut PgConnection,
    owner: Owner<'_>,
    batch: &AppendBatch,
) -> Result<(), Failure> {
    let outside = append::exports_outside(batch);
    if outside.is_empty() {
        return Ok(());
    }
    let kind = number(RecordKind::LogExport);
    let keys: Vec<(i16, Uuid)> = outside.iter().map(|(_, id)| (kind, id.as_uuid())).collect();
    let found = read(connection, owner, &keys).await?;
    let checked = append::check_exports(&outside, |id| found.contains_key(&(kind, id)));
    Ok(checked?)
}

/// The result of writing keys.
pub(super) struct Written {
    /// Whether each key is new.
    pub(super) new: Vec<bool>,
    /// The time of the server after it wrote them.
    pub(super) server_time: DateTime<Utc>,
}

/// Writes the missing keys. It waits for a key that another append is writing. `repeated` says
/// whether to expect stored keys.
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
        owner.tenant_id(),
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

/// Whether each of the keys has a stored record.
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

/// The records stored under keys. It is a separate statement, so it sees what another append
/// committed while the first one waited.
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
        owner.tenant_id(),
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
        is_gone: gone,
    };
    Some((RecordId::new(id).ok()?, stored))
}
