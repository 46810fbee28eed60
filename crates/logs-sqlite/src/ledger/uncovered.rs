//! Records that are no entries.

use std::collections::{BTreeSet, HashSet};

use logs_domain::{
    LedgerLog, PageLimit, RecordKind, RecordPlace, StoreError, StoreResult, UncoveredPage,
    UncoveredRecord,
};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{AssertSqlSafe, QueryBuilder};
use uuid::Uuid;

use super::chunk;
use crate::{SqliteStore, error};

pub(crate) async fn page(
    store: &SqliteStore,
    log: &LedgerLog,
    kind: RecordKind,
    after: Option<RecordPlace>,
    limit: PageLimit,
) -> StoreResult<UncoveredPage> {
    let mut reader = store.readers.begin().await.map_err(error::read)?;
    let looked = look(&mut reader, log, kind, after, limit).await?;
    let times = looked.iter().map(|record| record.place.recorded_at_micros);
    let covered = covered(&mut reader, log, kind, times.collect()).await?;
    let is_full = looked.len() == limit.as_usize();
    Ok(UncoveredPage {
        looked_at: looked.len() as u64,
        next: looked.last().filter(|_| is_full).map(|last| last.place),
        records: looked
            .into_iter()
            .filter(|record| !covered.contains(&record.place))
            .collect(),
    })
}

/// The next records of a kind, covered or not.
async fn look(
    connection: &mut SqliteConnection,
    log: &LedgerLog,
    kind: RecordKind,
    after: Option<RecordPlace>,
    limit: PageLimit,
) -> StoreResult<Vec<UncoveredRecord>> {
    let sql = format!(
        "SELECT created_at, id, salt IS NOT NULL FROM {kind} WHERE tenant_id = ? \
         AND (created_at, id) > (?, ?) ORDER BY created_at, id LIMIT ?"
    );
    let (time, id) = after.map_or((i64::MIN, Vec::new()), |after| {
        (after.recorded_at_micros, after.id.as_bytes().to_vec())
    });
    let rows: Vec<(i64, Vec<u8>, bool)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(log.as_str().to_owned())
        .bind(time)
        .bind(id)
        .bind(i64::from(limit.get()))
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
    let records = rows.into_iter().map(|(recorded_at_micros, id, is_salted)| {
        let id = Uuid::from_slice(&id);
        let id = id.map_err(|_| StoreError::inconsistent(kind.as_str(), "id", ""))?;
        let place = RecordPlace {
            recorded_at_micros,
            id,
        };
        Ok(UncoveredRecord { place, is_salted })
    });
    records.collect()
}

/// The places of the entries of a kind with these record times.
async fn covered(
    connection: &mut SqliteConnection,
    log: &LedgerLog,
    kind: RecordKind,
    times: BTreeSet<i64>,
) -> StoreResult<HashSet<RecordPlace>> {
    let mut places = HashSet::new();
    if times.is_empty() {
        return Ok(places);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT first_index, created_at, entries FROM ledger_chunk WHERE tenant_id = ",
    );
    query.push_bind(log.as_str().to_owned());
    query.push(" AND created_at IN (");
    let mut list = query.separated(", ");
    for time in times {
        list.push_bind(time);
    }
    query.push(")");
    let rows: Vec<chunk::Row> = query
        .build_query_as()
        .persistent(false)
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
    for row in &rows {
        let of_kind = chunk::parse(row)?.filter(|entry| entry.kind == kind.number());
        places.extend(of_kind.map(|entry| RecordPlace {
            recorded_at_micros: entry.created_at,
            id: entry.id,
        }));
    }
    Ok(places)
}
