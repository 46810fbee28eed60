//! Hashes of subtrees. Those of every eighth level are stored, those of the leaves are in the entries, and
//! the others are computed.

use logs_domain::ledger::{Hash, NodeAddress, check_nodes, frontier_of};
use logs_domain::{LedgerLog, StoreError, StoreResult};
use logs_ledger::{CompactRange, HASH_BYTES, hash_nodes};
use sqlx::sqlite::SqliteConnection;

use super::{chunk, integer, log};
use crate::{SqliteStore, error};

const TABLE: &str = "ledger_node";
/// The levels from one stored row of hashes to the next.
const LEVELS: u8 = 8;

/// Whether a hash is in a row of its own.
pub(super) const fn is_stored(node: NodeAddress) -> bool {
    node.level > 0 && node.level.is_multiple_of(LEVELS)
}

pub(crate) async fn hashes(
    store: &SqliteStore,
    log: &LedgerLog,
    nodes: &[NodeAddress],
) -> StoreResult<Vec<Hash>> {
    let mut reader = store.readers.begin().await.map_err(error::read)?;
    let range = log::range(&mut reader, log.as_str()).await?;
    check_nodes(nodes, range.end())?;
    let mut hashes = Vec::with_capacity(nodes.len());
    for node in nodes {
        hashes.push(hash(&mut reader, log.as_str(), *node).await?);
    }
    Ok(hashes)
}

/// The root of the log when it had a size.
pub(super) async fn root_at(
    connection: &mut SqliteConnection,
    tenant: &str,
    size: u64,
) -> StoreResult<Hash> {
    let mut frontier = Vec::new();
    for node in frontier_of(size) {
        frontier.push(hash(connection, tenant, node).await?);
    }
    let range = CompactRange::from_frontier(size, &frontier);
    let root = range.and_then(|range| range.root());
    root.map_err(|_| StoreError::inconsistent(TABLE, "hash", tenant))
}

async fn hash(
    connection: &mut SqliteConnection,
    tenant: &str,
    node: NodeAddress,
) -> StoreResult<Hash> {
    let height = node.level % LEVELS;
    let level = node.level - height;
    let (from, to) = (node.index << height, (node.index + 1) << height);
    let mut row = if level == 0 {
        leaves(connection, tenant, from, to).await?
    } else {
        stored(connection, tenant, level, from, to).await?
    };
    while row.len() > 1 {
        let pairs = row.chunks_exact(2);
        row = pairs.map(|pair| hash_nodes(&pair[0], &pair[1])).collect();
    }
    row.first().copied().ok_or_else(|| missing(node))
}

fn missing(node: NodeAddress) -> StoreError {
    let key = format!("level {}, index {}", node.level, node.index);
    StoreError::inconsistent(TABLE, "hash", key)
}

async fn leaves(
    connection: &mut SqliteConnection,
    tenant: &str,
    from: u64,
    to: u64,
) -> StoreResult<Vec<Hash>> {
    let entries = chunk::range(connection, tenant, from, to).await?;
    if entries.iter().map(|entry| entry.index).ne(from..to) {
        let key = format!("{from} to {to}");
        return Err(StoreError::inconsistent(chunk::TABLE, "first_index", key));
    }
    Ok(entries.iter().map(|entry| entry.leaf).collect())
}

async fn stored(
    connection: &mut SqliteConnection,
    tenant: &str,
    level: u8,
    from: u64,
    to: u64,
) -> StoreResult<Vec<Hash>> {
    let rows: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT hash FROM ledger_node WHERE tenant_id = ? AND level = ? \
         AND node_index >= ? AND node_index < ? ORDER BY node_index",
    )
    .bind(tenant.to_owned())
    .bind(i64::from(level))
    .bind(integer(from, TABLE, "node_index")?)
    .bind(integer(to, TABLE, "node_index")?)
    .fetch_all(connection)
    .await
    .map_err(error::read)?;
    let hashes = rows.iter().map(|bytes| {
        let bytes: Option<[u8; HASH_BYTES]> = bytes.as_slice().try_into().ok();
        bytes.map(Hash::from_bytes)
    });
    let hashes: Option<Vec<Hash>> = hashes.collect();
    hashes
        .filter(|hashes| hashes.len() as u64 == to - from)
        .ok_or_else(|| missing(NodeAddress { level, index: from }))
}
