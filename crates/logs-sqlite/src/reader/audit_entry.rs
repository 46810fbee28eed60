//! Audit entries and governance events.

use std::sync::LazyLock;

use logs_domain::page::{Keyed, Walk};
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, Direction, GovernanceFilter, PageRequest, QueryResult,
    ReadMethod, RecordId, RecordKind, StoreError, StoreResult, TenantId, Timestamp,
};
use logs_sql::bound::Bound;
use logs_sql::condition::push_order;
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::decode::Row;
use crate::list::{Selection, page};
use crate::{SqliteStore, error};

const TABLE: &str = "audit_entry";

pub(crate) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &AuditFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::ListAuditEntries, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| filter::audit_entry::push(query, filter);
    let by_entity = filter.entity_type.is_some() && filter.entity_id.is_some();
    let index = if filter.correlation_id.is_some() {
        Some("audit_entry_by_correlation")
    } else {
        by_entity.then_some("audit_entry_by_entity")
    };
    let selection = Selection {
        table: TABLE,
        index,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| {
        row.asked(decode::audit_entry(tenant, row)?, |entry| {
            filter.matches(entry)
        })
    };
    page(store, selection, &walk, TABLE, read).await
}

pub(crate) async fn get(
    store: &SqliteStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<AuditLedgerSnapshot>> {
    let row = sqlx::query("SELECT * FROM audit_entry WHERE tenant_id = ? AND id = ?")
        .bind(tenant.as_str())
        .bind(id.as_bytes().as_slice())
        .fetch_optional(&store.readers)
        .await
        .map_err(error::read)?;
    let read = |row: SqliteRow| {
        let row = Row::new(&row, TABLE);
        row.asked(decode::audit_entry(tenant, &row)?, |entry| entry.id == *id)
    };
    row.map(read).transpose()
}

pub(crate) async fn governance(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &GovernanceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::GetGovernanceEvents, tenant, filter, request)?;
    let (table, index) = match filter.run_id {
        // The references have the order of the list. The statement looks up the entries by their
        // keys.
        Some(_) => (OF_RUN.as_str(), None),
        None => (TABLE, Some("audit_entry_governance")),
    };
    let conditions =
        |query: &mut QueryBuilder<Sqlite>| filter::audit_entry::push_governance(query, filter);
    let selection = Selection {
        table,
        index,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let read = |row: &Row<'_>| {
        let entry = decode::audit_entry(tenant, row)?;
        if filter.matches(&entry) {
            return Ok(entry);
        }
        // A reference or an index may name a wrong entry.
        Err(match filter.run_id {
            Some(_) => StoreError::inconsistent("governance_run", "run_id", entry.id.to_string()),
            None => row.inconsistent("index"),
        })
    };
    page(store, selection, &walk, TABLE, read).await
}

/// The runs that audit entries name, each with its entry or with none. The outer join prevents
/// SQLite from scanning the entries first. The columns of the order are those of the reference,
/// whose key has this order.
static OF_RUN: LazyLock<String> = LazyLock::new(|| {
    let fields = RecordKind::AuditEntry.columns().map(|field| field.name);
    format!(
        "(SELECT governance_run.tenant_id, governance_run.run_id AS named_run_id, \
             governance_run.created_at, governance_run.id, digest, {} \
         FROM governance_run LEFT JOIN audit_entry USING (tenant_id, created_at, id))",
        fields.collect::<Vec<_>>().join(", ")
    )
});

/// The entries of a replay window, in the order of occurrence: up to `wanted` after the bound.
pub(super) async fn in_replay(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    window: &logs_domain::TimeRange,
    direction: Direction,
    bound: Option<Bound>,
    wanted: usize,
) -> StoreResult<Vec<Keyed<(Timestamp, Uuid), AuditLedgerSnapshot>>> {
    let rows = replay_rows(connection, "*", tenant, window, direction, bound, wanted).await?;
    let keyed = |row: &SqliteRow| {
        let row = Row::new(row, TABLE);
        let place = row.place(tenant.as_str(), "occurred_at")?;
        Ok((place, decode::audit_entry(tenant, &row)))
    };
    rows.iter().map(keyed).collect()
}

/// The times and ids of the first entries of a replay window.
pub(super) async fn replay_keys(
    connection: &mut SqliteConnection,
    tenant: &TenantId,
    window: &logs_domain::TimeRange,
    direction: Direction,
    wanted: usize,
) -> StoreResult<Vec<(Timestamp, Uuid)>> {
    let columns = "tenant_id, id, occurred_at";
    let rows = replay_rows(connection, columns, tenant, window, direction, None, wanted).await?;
    let key = |row| Row::new(row, TABLE).place(tenant.as_str(), "occurred_at");
    rows.iter().map(key).collect()
}

async fn replay_rows(
    connection: &mut SqliteConnection,
    columns: &str,
    tenant: &TenantId,
    window: &logs_domain::TimeRange,
    direction: Direction,
    bound: Option<Bound>,
    wanted: usize,
) -> StoreResult<Vec<SqliteRow>> {
    let conditions =
        |query: &mut QueryBuilder<Sqlite>| filter::audit_entry::push_replay(query, window);
    let mut query = QueryBuilder::new("SELECT ");
    query.push(columns);
    replay_selection(tenant, &conditions).push_from(&mut query, |query| {
        if let Some(bound) = bound {
            bound.push(query, "occurred_at", direction);
        }
    });
    push_order(&mut query, &["occurred_at", "id"], direction);
    query.push(" LIMIT ").push_bind(wanted as i64);
    let rows = query.build().fetch_all(connection).await;
    rows.map_err(error::read)
}

pub(super) fn replay_selection<'a>(
    tenant: &'a TenantId,
    conditions: &'a (dyn Fn(&mut QueryBuilder<Sqlite>) + Send + Sync),
) -> Selection<'a> {
    let index = Some("audit_entry_replay");
    Selection {
        table: TABLE,
        index,
        tenant: tenant.as_str(),
        conditions,
    }
}
