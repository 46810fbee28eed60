//! Inserts new records by multi-row statements, as large as SQLite accepts.

use std::collections::BTreeMap;

use logs_domain::{Draft, RecordDigest, RecordKind, StoreError, StoreResult, Timestamp};
use logs_sql::append::Owner;
use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};

use self::columns::Bind;
use crate::ledger::append::New;
use crate::{BACKEND, SqliteStore, error};

mod columns;

/// The most rows of one statement. Beyond it, preparing costs more than it saves.
const MOST_ROWS: usize = 500;

/// Inserts records that are not stored.
pub(super) async fn all(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    records: &[New<'_>],
    created_at: Timestamp,
) -> StoreResult<()> {
    let mut by_kind: BTreeMap<RecordKind, Vec<&New<'_>>> = BTreeMap::new();
    for record in records {
        by_kind.entry(record.draft.kind()).or_default().push(record);
    }
    for (kind, records) in by_kind {
        let names = columns::names(kind);
        let rows = (store.variables / (names.len() + columns::COMMON)).clamp(1, MOST_ROWS);
        for chunk in records.chunks(rows) {
            insert(connection, owner, kind, chunk, created_at).await?;
        }
    }
    governance(store, connection, owner, records, created_at).await
}

async fn insert(
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    kind: RecordKind,
    records: &[&New<'_>],
    created_at: Timestamp,
) -> StoreResult<()> {
    let names = columns::names(kind).join(", ");
    let table = kind.as_str();
    let start = format!("INSERT INTO {table} (tenant_id, created_at, id, digest, salt, {names}) ");
    let mut query = QueryBuilder::<Sqlite>::new(start);
    query.push_values(records, |mut row: Separated<'_, Sqlite, _>, record| {
        let New { draft, id, salt } = *record;
        row.push_bind(owner.tenant_id().to_owned());
        row.push_bind(created_at.as_micros());
        row.push_bind(id.as_bytes().to_vec());
        let digest = RecordDigest::new(owner.tenant(), *id, created_at, draft.digest());
        row.push_bind(digest.as_bytes().to_vec());
        row.push_bind(salt.as_ref().map(|salt| salt.as_bytes().to_vec()));
        draft.write_fields(&mut Bind {
            row: &mut row,
            created_at,
        });
    });
    let result = query
        .build()
        .execute(&mut *connection)
        .await
        .map_err(error::before_commit)?;
    if result.rows_affected() == records.len() as u64 {
        return Ok(());
    }
    Err(StoreError::Backend {
        backend: BACKEND,
        message: format!(
            "{table} took {} of {} rows",
            result.rows_affected(),
            records.len()
        ),
        retryable: false,
        write_outcome: logs_domain::WriteOutcome::NotApplied,
        source: None,
    })
}

/// Inserts the references from new governance events to runs.
async fn governance(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: Owner<'_>,
    records: &[New<'_>],
    created_at: Timestamp,
) -> StoreResult<()> {
    let mut references = Vec::new();
    for record in records {
        if let Draft::AuditEntry(entry) = record.draft
            && entry.is_governance()
        {
            references.extend(entry.governed_runs().into_iter().map(|run| (run, entry.id)));
        }
    }
    for chunk in references.chunks((store.variables / 4).clamp(1, MOST_ROWS)) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO governance_run (tenant_id, run_id, created_at, id) ",
        );
        query.push_values(chunk, |mut row, (run, id)| {
            row.push_bind(owner.tenant_id().to_owned());
            row.push_bind(run.as_str().to_owned());
            row.push_bind(created_at.as_micros());
            row.push_bind(id.as_bytes().to_vec());
        });
        query
            .build()
            .execute(&mut *connection)
            .await
            .map_err(error::before_commit)?;
    }
    Ok(())
}
