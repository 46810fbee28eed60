//! Heads of logs, and which logs there are.

use logs_domain::ledger::{Hash, TreeHead};
use logs_domain::{LedgerLog, LedgerLogStatus, PageLimit, StoreError, StoreResult};
use logs_ledger::{CompactRange, HASH_BYTES};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;

use super::{integer, number};
use crate::clock::RECORD_TABLES;
use crate::{SqliteStore, error};

const TABLE: &str = "ledger_head";
/// The tables of the ledger.
const LEDGER_TABLES: &[&str] = &[TABLE, "ledger_chunk", "ledger_node", "ledger_checkpoint"];

/// The error for a row that does not fit its log.
pub(super) fn inconsistent(column: &'static str, tenant: &str) -> StoreError {
    StoreError::inconsistent(TABLE, column, tenant)
}

pub(crate) async fn head(store: &SqliteStore, log: &LedgerLog) -> StoreResult<TreeHead> {
    let mut connection = store.readers.acquire().await.map_err(error::read)?;
    let range = range(&mut connection, log.as_str()).await?;
    let root = range.root();
    Ok(TreeHead {
        size: range.end(),
        root: root.map_err(|_| inconsistent("frontier", log.as_str()))?,
    })
}

/// The whole log, as its head has it.
pub(super) async fn range(
    connection: &mut SqliteConnection,
    tenant: &str,
) -> StoreResult<CompactRange> {
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT size, frontier FROM ledger_head WHERE tenant_id = ?")
            .bind(tenant.to_owned())
            .fetch_optional(connection)
            .await
            .map_err(error::read)?;
    let (size, frontier) = head.unwrap_or_default();
    let (hashes, rest) = frontier.as_chunks::<HASH_BYTES>();
    let hashes: Vec<Hash> = hashes.iter().copied().map(Hash::from_bytes).collect();
    if !rest.is_empty() {
        return Err(inconsistent("frontier", tenant));
    }
    CompactRange::from_frontier(number(size, TABLE, "size")?, &hashes)
        .map_err(|_| inconsistent("frontier", tenant))
}

/// Stores the head of a log that has grown.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    tenant: &str,
    range: &CompactRange,
) -> StoreResult<()> {
    let hashes: Vec<Hash> = range.frontier().collect();
    let frontier: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
    sqlx::query(
        "INSERT INTO ledger_head (tenant_id, size, frontier) VALUES (?, ?, ?) \
         ON CONFLICT (tenant_id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier",
    )
    .bind(tenant.to_owned())
    .bind(integer(range.end(), TABLE, "size")?)
    .bind(frontier)
    .execute(connection)
    .await
    .map(drop)
    .map_err(error::before_commit)
}

pub(crate) async fn list(
    store: &SqliteStore,
    after: Option<LedgerLog>,
    limit: PageLimit,
) -> StoreResult<Vec<LedgerLogStatus>> {
    // One jump through each index for each owner, instead of a look at every record.
    let tables = RECORD_TABLES.iter().chain(LEDGER_TABLES);
    let firsts = tables
        .map(|table| format!("SELECT MIN(tenant_id) AS owner FROM {table} WHERE tenant_id > ?1"));
    let sql = format!(
        "SELECT owner, COALESCE((SELECT size FROM ledger_head WHERE tenant_id = owner), 0) \
         FROM (SELECT MIN(owner) AS owner FROM ({})) WHERE owner IS NOT NULL",
        firsts.collect::<Vec<_>>().join(" UNION ALL ")
    );
    let mut reader = store.readers.begin().await.map_err(error::read)?;
    let mut last = after.map_or_else(String::new, |log| log.as_str().to_owned());
    let mut logs = Vec::new();
    while logs.len() < limit.as_usize() {
        let next: Option<(String, i64)> = sqlx::query_as(AssertSqlSafe(sql.clone()))
            .bind(last)
            .fetch_optional(&mut *reader)
            .await
            .map_err(error::read)?;
        let Some((owner, size)) = next else { break };
        let log = LedgerLog::from_name(&owner);
        logs.push(LedgerLogStatus {
            log: log.map_err(|_| inconsistent("tenant_id", ""))?,
            size: number(size, TABLE, "size")?,
            pending: 0,
        });
        last = owner;
    }
    Ok(logs)
}
