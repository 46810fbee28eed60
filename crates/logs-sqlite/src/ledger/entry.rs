//! Entries, by record and by index.

use logs_domain::{
    CoveredRecord, EntryPlace, LedgerEntry, LedgerLog, PageLimit, RecordId, RecordKind, StoreError,
    StoreResult,
};
use sqlx::AssertSqlSafe;

use super::{chunk, record};
use crate::{SqliteStore, error};

pub(crate) async fn place(
    store: &SqliteStore,
    log: &LedgerLog,
    kind: RecordKind,
    id: RecordId,
) -> StoreResult<EntryPlace> {
    let mut reader = store.readers.begin().await.map_err(error::read)?;
    let sql =
        format!("SELECT created_at, salt IS NOT NULL FROM {kind} WHERE tenant_id = ? AND id = ?");
    let stored: Option<(i64, bool)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(log.as_str().to_owned())
        .bind(id.as_bytes().to_vec())
        .fetch_optional(&mut *reader)
        .await
        .map_err(error::read)?;
    let Some((created_at, true)) = stored else {
        return Ok(EntryPlace::NotCovered);
    };
    let rows: Vec<chunk::Row> = sqlx::query_as(
        "SELECT first_index, created_at, entries FROM ledger_chunk \
         WHERE tenant_id = ? AND created_at = ?",
    )
    .bind(log.as_str().to_owned())
    .bind(created_at)
    .fetch_all(&mut *reader)
    .await
    .map_err(error::read)?;
    for row in &rows {
        let mut entries = chunk::parse(row)?;
        let found = entries.find(|entry| entry.kind == kind.number() && entry.id == id.as_uuid());
        if let Some(entry) = found {
            return Ok(EntryPlace::Entry(entry.index));
        }
    }
    Err(StoreError::inconsistent(
        kind.as_str(),
        "salt",
        id.to_string(),
    ))
}

pub(crate) async fn list(
    store: &SqliteStore,
    log: &LedgerLog,
    from: u64,
    limit: PageLimit,
) -> StoreResult<Vec<LedgerEntry>> {
    if i64::try_from(from).is_err() {
        // SQLite holds no such index, so the log ends before it.
        return Ok(Vec::new());
    }
    let mut reader = store.readers.begin().await.map_err(error::read)?;
    let to = from.saturating_add(limit.get().into()).min(i64::MAX as u64);
    let entries = chunk::range(&mut reader, log.as_str(), from, to).await?;
    let records = record::of(&mut reader, log, &entries).await?;
    let listed = entries.into_iter().map(|entry| {
        let record = records.get(&(entry.kind, entry.id)).cloned();
        LedgerEntry {
            index: entry.index,
            kind: entry.kind,
            id: entry.id,
            recorded_at_micros: entry.created_at,
            leaf: entry.leaf,
            record: record.unwrap_or(CoveredRecord::Absent),
        }
    });
    Ok(listed.collect())
}
