//! The rows of `ledger_chunk`, which hold the entries of one append.

use logs_domain::{RecordKind, StoreError, StoreResult};
use logs_ledger::{HASH_BYTES, Hash};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::{integer, number};
use crate::error;

pub(super) const TABLE: &str = "ledger_chunk";
/// The most entries of a row.
pub(crate) const MOST_ENTRIES: usize = 1_024;
/// The bytes of an entry: kind, id and leaf hash.
const ENTRY_BYTES: usize = 1 + ID_BYTES + HASH_BYTES;
const ID_BYTES: usize = 16;

/// An entry as its row has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) index: u64,
    pub(super) kind: u16,
    pub(super) id: Uuid,
    pub(super) created_at: i64,
    pub(super) leaf: Hash,
}

/// Adds an entry to those of a row.
pub(super) fn push(entries: &mut Vec<u8>, kind: RecordKind, id: Uuid, leaf: &Hash) {
    // Kinds count from 1 and have one byte here.
    entries.push(u8::try_from(kind.number()).unwrap_or_default());
    entries.extend_from_slice(id.as_bytes());
    entries.extend_from_slice(leaf.as_bytes());
}

/// A row: its first index, its record time and its entries.
pub(super) type Row = (i64, i64, Vec<u8>);

/// The entries of a row.
pub(super) fn parse(row: &Row) -> StoreResult<impl Iterator<Item = Entry> + '_> {
    let (first_index, created_at, entries) = row;
    let first_index = number(*first_index, TABLE, "first_index")?;
    let (whole, rest) = entries.as_chunks::<ENTRY_BYTES>();
    if whole.is_empty() || !rest.is_empty() {
        let key = first_index.to_string();
        return Err(StoreError::inconsistent(TABLE, "entries", key));
    }
    Ok((first_index..).zip(whole).map(|(index, bytes)| {
        let (mut id, mut leaf) = ([0; ID_BYTES], [0; HASH_BYTES]);
        id.copy_from_slice(&bytes[1..=ID_BYTES]);
        leaf.copy_from_slice(&bytes[1 + ID_BYTES..]);
        Entry {
            index,
            kind: bytes[0].into(),
            id: Uuid::from_bytes(id),
            created_at: *created_at,
            leaf: Hash::from_bytes(leaf),
        }
    }))
}

/// The stored entries with an index of `from..to`, in their order. There may be gaps.
pub(super) async fn range(
    connection: &mut SqliteConnection,
    tenant: &str,
    from: u64,
    to: u64,
) -> StoreResult<Vec<Entry>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT first_index, created_at, entries FROM ledger_chunk WHERE tenant_id = ?1 \
         AND first_index >= COALESCE((SELECT MAX(first_index) FROM ledger_chunk \
             WHERE tenant_id = ?1 AND first_index <= ?2), 0) \
         AND first_index < ?3 ORDER BY first_index",
    )
    .bind(tenant.to_owned())
    .bind(integer(from, TABLE, "first_index")?)
    .bind(integer(to, TABLE, "first_index")?)
    .fetch_all(connection)
    .await
    .map_err(error::read)?;
    let mut entries = Vec::new();
    for row in &rows {
        entries.extend(parse(row)?.filter(|entry| (from..to).contains(&entry.index)));
    }
    Ok(entries)
}
