//! The record of a key.

use logs_domain::{RecordId, StoreResult, TenantId};
use sqlx::QueryBuilder;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::reading::rows;
use crate::row::Row;

/// Where records of a kind are.
pub(crate) struct Place {
    /// The number of the kind in the table of keys.
    pub(crate) kind: i16,
    pub(crate) table: &'static str,
    /// The columns that are read.
    pub(crate) columns: &'static str,
}

/// What `read` makes of the record with an id; nothing where there is none, or where it was dropped by
/// retention.
pub(crate) async fn by_key<T>(
    store: &PostgresStore,
    tenant: &TenantId,
    place: Place,
    id: RecordId,
    read: impl Fn(&Row<'_>) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    // A row where there is a key, telling whether its record is kept, or gone.
    let mut query = QueryBuilder::new("SELECT record.id IS NOT NULL AS kept, ");
    query
        .push("stamp < dropped_before AS gone, ")
        .push(place.columns)
        .push(
            " FROM (SELECT class AS kept_class, created_at AS stamp FROM logs.record_key \
             WHERE tenant_id = ",
        )
        .push_bind(tenant.to_string())
        .push(" AND kind = ")
        .push(place.kind)
        .push(" AND id = ")
        .push_bind(id.as_uuid())
        .push(
            ") AS stored LEFT JOIN logs.retention_floor ON retention_floor.class = kept_class \
             LEFT JOIN logs.",
        )
        .push(place.table)
        .push(
            " AS record ON record.class = kept_class AND record.created_at = stamp \
             AND record.tenant_id = $1 AND record.id = $2",
        );
    let kept = |row: &PgRow| {
        let row = Row::new(row, place.table);
        let kept = row.kept()?;
        kept.then(|| read(&row)).transpose()
    };
    let found = rows(store, query, 1, kept).await?;
    Ok(found.into_iter().next().flatten())
}
