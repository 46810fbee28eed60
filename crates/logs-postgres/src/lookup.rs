//! Reads the record of a key.

use logs_domain::{RecordId, RecordKind, StoreError, StoreResult};
use sqlx::QueryBuilder;
use sqlx::postgres::PgRow;

use crate::decode::Row;
use crate::execute::rows;
use crate::{PostgresStore, kind};

/// Applies `read` to the record with an id, of the first of `owners` that has one. Returns `None`
/// if there is none, or retention dropped it. An owner is a value of the column `tenant_id`, and
/// `read` receives it.
pub(crate) async fn by_key<T>(
    store: &PostgresStore,
    owners: &[&str],
    kind: RecordKind,
    id: RecordId,
    read: impl Fn(&str, &Row<'_>) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let table = kind.as_str();
    // Each key gives a row, which says whether its record is kept or gone.
    let mut query = QueryBuilder::new("SELECT owner, record.id IS NOT NULL AS kept, ");
    query
        .push("stamp < dropped_before AS gone, ")
        .push(kind::columns(kind))
        .push(
            ", key FROM (SELECT tenant_id AS owner, class AS kept_class, created_at AS stamp, \
             timestamptz_send(created_at) || digest AS key FROM logs.record_key \
             WHERE tenant_id IN (",
        );
    let mut bound = query.separated(", ");
    for owner in owners {
        bound.push_bind((*owner).to_owned());
    }
    query
        .push(") AND kind = ")
        .push(kind::number(kind))
        .push(" AND id = ")
        .push_bind(id.as_uuid())
        .push(
            ") AS stored LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class \
             LEFT JOIN logs.",
        )
        .push(table)
        .push(
            " AS record ON record.class = kept_class AND record.created_at = stamp \
             AND record.tenant_id = owner AND record.id = ",
        )
        .push_bind(id.as_uuid());
    let keyed = |row: &PgRow| {
        let row = Row::new(row, table);
        let (place, owner) = row.owner(owners)?;
        let record = |kept: bool| kept.then(|| read(owner, &row)).transpose();
        Ok((place, row.kept().and_then(record)))
    };
    let mut found = rows(store, query, owners.len(), keyed).await?;
    found.sort_by_key(|(place, _)| *place);
    if found
        .array_windows()
        .any(|[(one, _), (other, _)]| one == other)
    {
        // A key occurs once. Two rows are two records with the same key.
        return Err(StoreError::inconsistent(table, "id", id.to_string()));
    }
    let mut records = found
        .into_iter()
        .filter_map(|(_, record)| record.transpose());
    records.next().transpose()
}
