//! The record of a key.

use logs_domain::{RecordId, RecordKind, StoreError, StoreResult, TenantId};
use sqlx::QueryBuilder;
use sqlx::postgres::PgRow;

use crate::decode::Row;
use crate::execute::rows;
use crate::{PostgresStore, kind};

/// What `read` makes of the columns of the record with an id; nothing where there is none, or where it
/// was dropped by retention.
pub(crate) async fn by_key<T>(
    store: &PostgresStore,
    tenant: &TenantId,
    kind: RecordKind,
    columns: &'static str,
    id: RecordId,
    read: impl Fn(&Row<'_>) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let table = kind.as_str();
    // A row where there is a key, telling whether its record is kept, or gone.
    let mut query = QueryBuilder::new("SELECT record.id IS NOT NULL AS kept, ");
    query
        .push("stamp < dropped_before AS gone, ")
        .push(columns)
        .push(
            ", key FROM (SELECT class AS kept_class, created_at AS stamp, \
             timestamptz_send(created_at) || digest AS key FROM logs.record_key WHERE tenant_id = ",
        )
        .push_bind(tenant.to_string())
        .push(" AND kind = ")
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
             AND record.tenant_id = $1 AND record.id = $2",
        );
    let kept = |row: &PgRow| {
        let row = Row::new(row, table);
        let kept = row.kept()?;
        kept.then(|| read(&row)).transpose()
    };
    let mut found = rows(store, query, 1, kept).await?.into_iter();
    match (found.next(), found.next()) {
        (one, None) => Ok(one.flatten()),
        // A key is there once: two rows are two records under it.
        (_, Some(_)) => Err(StoreError::inconsistent(table, "id", id.to_string())),
    }
}
