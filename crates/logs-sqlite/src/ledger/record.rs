//! The records of entries, as the store has them.

use std::collections::{BTreeMap, HashMap};

use logs_domain::{
    CoveredRecord, Draft, LedgerLog, LogExportOutcome, NewAuditEntry, NewLlmRun, NewLogExport,
    NewSystemRecord, NewTrace, NewTraceStep, RecordKind, StoreError, StoreResult,
};
use logs_sql::decode::StoredRow;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection};
use uuid::Uuid;

use super::chunk::Entry;
use crate::decode::Row;
use crate::error;

/// The records of entries, by kind and id.
pub(super) async fn of(
    connection: &mut SqliteConnection,
    log: &LedgerLog,
    entries: &[Entry],
) -> StoreResult<HashMap<(u16, Uuid), CoveredRecord>> {
    let mut by_kind: BTreeMap<u16, Vec<Uuid>> = BTreeMap::new();
    for entry in entries {
        by_kind.entry(entry.kind).or_default().push(entry.id);
    }
    let mut records = HashMap::with_capacity(entries.len());
    for (number, ids) in by_kind {
        let Some(kind) = RecordKind::from_number(number) else {
            // No table has records of this kind.
            continue;
        };
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM ");
        query.push(kind.as_str()).push(" WHERE tenant_id = ");
        query
            .push_bind(log.as_str().to_owned())
            .push(" AND id IN (");
        let mut list = query.separated(", ");
        for id in &ids {
            list.push_bind(id.as_bytes().to_vec());
        }
        query.push(")");
        let rows = query
            .build()
            .persistent(false)
            .fetch_all(&mut *connection)
            .await
            .map_err(error::read)?;
        for row in &rows {
            let row = Row::new(row, kind.as_str());
            records.insert((number, row.id_as_stored()?), covered(kind, log, &row)?);
        }
    }
    Ok(records)
}

fn covered(kind: RecordKind, log: &LedgerLog, row: &Row<'_>) -> StoreResult<CoveredRecord> {
    match stored(kind, log, row) {
        Err(StoreError::Inconsistent { column, .. }) => Ok(CoveredRecord::Altered { column }),
        other => other,
    }
}

fn stored(kind: RecordKind, log: &LedgerLog, row: &Row<'_>) -> StoreResult<CoveredRecord> {
    let (owner, head) = (log.tenant(), row.head(log.as_str())?);
    let draft: Draft = match kind {
        RecordKind::LlmRun => row.draft::<NewLlmRun>(owner, &head)?.into(),
        RecordKind::Trace => row.draft::<NewTrace>(owner, &head)?.into(),
        RecordKind::TraceStep => row.draft::<NewTraceStep>(owner, &head)?.into(),
        RecordKind::SystemRecord => row.draft::<NewSystemRecord>(owner, &head)?.into(),
        RecordKind::AuditEntry => row.draft::<NewAuditEntry>(owner, &head)?.into(),
        RecordKind::LogExport => row.draft::<NewLogExport>(owner, &head)?.into(),
        RecordKind::LogExportOutcome => row.draft::<LogExportOutcome>(owner, &head)?.into(),
    };
    Ok(CoveredRecord::Stored {
        draft: Box::new(draft),
        recorded_at: head.created_at,
        salt: row.salt()?,
    })
}
