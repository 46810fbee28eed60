//! Audit entries and governance events.

use logs_domain::page::{Keyed, Walk};
use logs_domain::{
    AuditFilter, AuditLedgerSnapshot, Direction, GovernanceFilter, PageRequest, QueryResult,
    ReadMethod, RecordId, RecordKind, StoreError, StoreResult, TenantId, TimeRange, Timestamp,
};
use logs_sql::bound::Bound;
use logs_sql::condition::push_order;
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use std::sync::LazyLock;
use uuid::Uuid;

use crate::decode::Row;
use crate::list::{Selection, SortPlan, page, push_keyed};
use crate::lookup::by_key;
use crate::{PostgresStore, error, kind};

const TABLE: &str = "audit_entry";

pub(crate) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &AuditFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::ListAuditEntries, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| filter::audit_entry::push(query, filter);
    let selection = Selection {
        kinds: &[RecordKind::AuditEntry],
        columns: kind::columns(RecordKind::AuditEntry),
        table: "logs.audit_entry",
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let promised = [
        filter.entity_type.is_some() && filter.entity_id.is_some(),
        filter.correlation_id.is_some(),
    ];
    let others = [
        filter.entity_type.is_some() != filter.entity_id.is_some(),
        filter.event_type.is_some(),
        filter.actor_type.is_some(),
        filter.actor_id.is_some(),
        filter.occurred != TimeRange::ALL,
    ];
    let order = SortPlan::of(&promised, &others);
    let read = |row: &Row<'_>| {
        row.asked(decode::audit_entry(tenant, row)?, |entry| {
            filter.matches(entry)
        })
    };
    page(store, selection, order, &walk, read).await
}

pub(crate) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<AuditLedgerSnapshot>> {
    let read = |_: &str, row: &Row<'_>| decode::audit_entry(tenant, row);
    by_key(store, &[tenant.as_str()], RecordKind::AuditEntry, *id, read).await
}

pub(crate) async fn governance(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &GovernanceFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<AuditLedgerSnapshot>> {
    let walk = Walk::new(ReadMethod::GetGovernanceEvents, tenant, filter, request)?;
    let table = match filter.run_id {
        // The references have the order of the list. The statement looks up the entries by their
        // keys.
        Some(_) => OF_RUN.as_str(),
        None => "logs.audit_entry",
    };
    let conditions =
        |query: &mut QueryBuilder<Postgres>| filter::audit_entry::push_governance(query, filter);
    let selection = Selection {
        kinds: &[RecordKind::AuditEntry],
        columns: kind::columns(RecordKind::AuditEntry),
        table,
        tenant: tenant.as_str(),
        conditions: &conditions,
    };
    let order = SortPlan::of(&[], &[filter.occurred != TimeRange::ALL]);
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
    page(store, selection, order, &walk, read).await
}

/// The runs that audit entries name, each with its entry or with none. The statement looks up an
/// entry only after its reference (OFFSET 0 ensures this), so it reads the page from the index of
/// the runs.
static OF_RUN: LazyLock<String> = LazyLock::new(|| {
    let fields = RecordKind::AuditEntry.columns().map(|field| field.name);
    format!(
        "(SELECT governance_run.tenant_id, governance_run.class, governance_run.created_at, \
             governance_run.id, governance_run.run_id AS named_run_id, {} \
         FROM logs.governance_run LEFT JOIN LATERAL (SELECT * FROM logs.audit_entry \
             WHERE audit_entry.tenant_id = governance_run.tenant_id \
                 AND audit_entry.class = governance_run.class \
                 AND audit_entry.created_at = governance_run.created_at \
                 AND audit_entry.id = governance_run.id OFFSET 0) AS entry ON true)",
        fields.collect::<Vec<_>>().join(", ")
    )
});

/// The entries of a replay window, in the order of occurrence: up to `wanted` after the bound.
pub(super) async fn in_replay(
    connection: &mut PgConnection,
    tenant: &TenantId,
    window: &TimeRange,
    direction: Direction,
    bound: Option<Bound>,
    wanted: usize,
) -> StoreResult<Vec<Keyed<(Timestamp, Uuid), AuditLedgerSnapshot>>> {
    let conditions =
        |query: &mut QueryBuilder<Postgres>| filter::audit_entry::push_replay(query, window);
    let mut query = QueryBuilder::new("");
    push_keyed(&mut query, &[RecordKind::AuditEntry], |query| {
        query
            .push("SELECT ")
            .push(kind::columns(RecordKind::AuditEntry));
        replay_selection(tenant, &conditions).push(query);
        if let Some(bound) = bound {
            bound.push(query, "occurred_at", direction);
        }
        push_order(query, &["occurred_at", "id"], direction);
        query.push(" LIMIT ").push_bind(wanted as i64);
    });
    let rows = query
        .build()
        .fetch_all(connection)
        .await
        .map_err(error::read)?;
    let keyed = |row: &PgRow| {
        let place = replay_key(tenant, row)?;
        Ok((place, decode::audit_entry(tenant, &Row::new(row, TABLE))))
    };
    rows.iter().map(keyed).collect()
}

/// The keys of the first entries of a replay window.
pub(super) fn replay_keys(
    tenant: &TenantId,
    window: &TimeRange,
    direction: Direction,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let conditions =
        |query: &mut QueryBuilder<Postgres>| filter::audit_entry::push_replay(query, window);
    let mut query = QueryBuilder::new("SELECT tenant_id, id, occurred_at");
    replay_selection(tenant, &conditions).push(&mut query);
    push_order(&mut query, &["occurred_at", "id"], direction);
    query.push(" LIMIT ").push_bind(wanted as i64);
    query
}

/// When an entry happened, and its id.
pub(super) fn replay_key(tenant: &TenantId, row: &PgRow) -> StoreResult<(Timestamp, Uuid)> {
    Row::new(row, TABLE).place(tenant.as_str(), "occurred_at")
}

pub(super) fn replay_selection<'a>(
    tenant: &'a TenantId,
    conditions: &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync),
) -> Selection<'a> {
    Selection {
        kinds: &[RecordKind::AuditEntry],
        columns: kind::columns(RecordKind::AuditEntry),
        table: "logs.audit_entry",
        tenant: tenant.as_str(),
        conditions,
    }
}
