//! System records of a tenant and of the platform: a branch for each, merged.

use logs_domain::page::{Keyed, SystemListKey, SystemWindowKey, refuse_twins};
use logs_domain::{
    CorrelationId, CursorScope, PageRequest, Position, QueryResult, ReadMethod, RecordId,
    RecordKind, StoreError, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId,
    TimeRange,
};
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::bound::Bound;
use crate::decode::Row;
use crate::execute::rows;
use crate::list::{Selection, SortPlan, page_rows, push_equal, push_keyed, push_range, total};
use crate::lookup::by_key;
use crate::{PLATFORM, PostgresStore, kind};

const TABLE: &str = "system_record";
/// Whether a record is one that a window or a look-up asks for.
type IsAsked<'a> = &'a (dyn Fn(&SystemRecordSnapshot) -> bool + Send + Sync);
type Conditions<'a> = &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync);

pub(super) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &SystemRecordFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let scope = CursorScope::new(ReadMethod::ListSystemRecords, tenant, filter);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        push_equal(query, "component", filter.component.as_ref());
        push_equal(query, "event_type", filter.event_type.as_ref());
        push_equal(query, "severity", filter.severity);
        push_equal(query, "correlation_id", filter.correlation_id.as_ref());
        push_range(query, "occurred_at", &filter.occurred);
        push_range(query, "created_at", &filter.created);
    };
    let others = [
        filter.component.is_some(),
        filter.event_type.is_some(),
        filter.severity.is_some(),
        filter.occurred != TimeRange::ALL,
    ];
    let order = SortPlan::of(&[], &others);
    let branches = both(tenant, &conditions);
    let sorted = " ORDER BY created_at DESC, id DESC LIMIT ";
    let key_of = |row: &PgRow| {
        let (platform, row) = branch(row);
        let (created_at, id) = row.place(owner(tenant, platform), "created_at")?;
        Ok(SystemListKey {
            created_at,
            platform,
            id,
        })
    };
    let after = match &request.position {
        Position::Offset(offset) if offset.get() == 0 => None,
        Position::Offset(offset) => {
            let skipped = offset.as_usize();
            let keys = merged_keys(&branches, "created_at", sorted, skipped);
            let keys = page_rows(store, keys, order, skipped, key_of).await?;
            let Some(last) = nth(keys, skipped) else {
                let total = total(store, request, &branches).await?;
                return Ok(QueryResult::from_parts(Vec::new(), total, None));
            };
            Some(last)
        }
        Position::After(cursor) => Some(cursor.decode::<SystemListKey>(&scope)?),
    };
    let wanted = request.limit.as_usize() + 1;
    let query = merged(&branches, sorted, wanted, |platform, query| {
        if let Some(key) = &after {
            Bound::after_in_list(key, platform).push_before(query, "created_at");
        }
    });
    let keyed = |row: &PgRow| {
        let key = key_of(row)?;
        let (platform, row) = branch(row);
        let record = snapshot(whose(tenant, platform), &row);
        let is_asked = |record: &SystemRecordSnapshot| filter.matches(record);
        Ok((key, record.and_then(|record| row.asked(record, is_asked))))
    };
    let mut found = page_rows(store, query, order, wanted, keyed).await?;
    found.sort_unstable_by_key(|(key, _)| *key);
    refuse_twins(&mut found, |key| twin(key.id));
    let total = total(store, request, &branches).await?;
    QueryResult::from_overfetched(found, request.limit, &scope, total)
}

/// The key at a place of a merge, from 1, out of as many keys of each branch.
pub(super) fn nth<K: Ord>(mut keys: Vec<K>, place: usize) -> Option<K> {
    keys.sort_unstable();
    keys.into_iter().nth(place.checked_sub(1)?)
}

pub(super) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<SystemRecordSnapshot>> {
    let owners = [tenant.as_str(), PLATFORM];
    let read = |owner: &str, row: &Row<'_>| snapshot(whose(tenant, owner == PLATFORM), row);
    by_key(store, &owners, RecordKind::SystemRecord, *id, read).await
}

pub(super) async fn by_correlation(
    store: &PostgresStore,
    tenant: &TenantId,
    correlation_id: &CorrelationId,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordByCorrelation;
    let scope = CursorScope::new(method, tenant, correlation_id);
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        push_equal(query, "correlation_id", Some(correlation_id));
    };
    let is_asked =
        |record: &SystemRecordSnapshot| record.correlation_id.as_ref() == Some(correlation_id);
    oldest_first(store, tenant, &conditions, &is_asked, request, &scope).await
}

pub(super) async fn in_window(
    store: &PostgresStore,
    tenant: &TenantId,
    window: &TimeRange,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let scope = CursorScope::new(ReadMethod::GetSystemRecordsInWindow, tenant, window);
    let conditions = |query: &mut QueryBuilder<Postgres>| push_range(query, "occurred_at", window);
    let is_asked = |record: &SystemRecordSnapshot| window.contains(record.occurred_at);
    oldest_first(store, tenant, &conditions, &is_asked, request, &scope).await
}

async fn oldest_first(
    store: &PostgresStore,
    tenant: &TenantId,
    conditions: Conditions<'_>,
    is_asked: IsAsked<'_>,
    request: &PageRequest,
    scope: &CursorScope,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let after = match &request.position {
        Position::Offset(offset) if offset.get() == 0 => None,
        Position::Offset(offset) => {
            let skipped = offset.as_usize();
            let keys = window_keys(tenant, conditions, skipped);
            let keys = rows(store, keys, skipped, |row| window_key(tenant, row)).await?;
            let Some(last) = nth(keys, skipped) else {
                let total = total(store, request, &both(tenant, conditions)).await?;
                return Ok(QueryResult::from_parts(Vec::new(), total, None));
            };
            Some(last)
        }
        Position::After(cursor) => Some(cursor.decode::<SystemWindowKey>(scope)?),
    };
    let wanted = request.limit.as_usize() + 1;
    let bound = |platform| after.map(|key| Bound::after_in_window(&key, platform));
    let query = window_query(tenant, conditions, bound, wanted);
    let record = |row: &PgRow| window_record(tenant, row);
    let mut found = rows(store, query, wanted, record).await?;
    refuse_others(&mut found, is_asked);
    found.sort_unstable_by_key(|(key, _)| *key);
    refuse_twins(&mut found, |key| twin(key.id));
    let total = total(store, request, &both(tenant, conditions)).await?;
    QueryResult::from_overfetched(found, request.limit, scope, total)
}

/// Refuses records that were not asked for: a damaged index finds others.
fn refuse_others(
    found: &mut [Keyed<SystemWindowKey, SystemRecordSnapshot>],
    is_asked: IsAsked<'_>,
) {
    for (key, record) in found {
        if record.as_ref().is_ok_and(|record| !is_asked(record)) {
            *record = Err(StoreError::inconsistent(TABLE, "index", key.id.to_string()));
        }
    }
}

/// The keys of what [`window_query`] reads from the start.
pub(super) fn window_keys(
    tenant: &TenantId,
    conditions: Conditions<'_>,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let order = " ORDER BY occurred_at, id LIMIT ";
    merged_keys(&both(tenant, conditions), "occurred_at", order, wanted)
}

/// The key of a row of [`window_query`] or [`window_keys`].
pub(super) fn window_key(tenant: &TenantId, row: &PgRow) -> StoreResult<SystemWindowKey> {
    let (platform, row) = branch(row);
    let (occurred_at, id) = row.place(owner(tenant, platform), "occurred_at")?;
    Ok(SystemWindowKey {
        occurred_at,
        platform,
        id,
    })
}

/// Up to `wanted` records each of tenant and platform, oldest first, behind the bound that `bound`
/// gives for the tenant (`false`) or the platform.
pub(super) fn window_query(
    tenant: &TenantId,
    conditions: Conditions<'_>,
    bound: impl Fn(bool) -> Option<Bound>,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let order = " ORDER BY occurred_at, id LIMIT ";
    merged(
        &both(tenant, conditions),
        order,
        wanted,
        |platform, query| {
            if let Some(bound) = bound(platform) {
                bound.push_after(query, "occurred_at");
            }
        },
    )
}

/// What a row of [`window_query`] holds, with its key.
pub(super) fn window_record(
    tenant: &TenantId,
    row: &PgRow,
) -> StoreResult<Keyed<SystemWindowKey, SystemRecordSnapshot>> {
    let key = window_key(tenant, row)?;
    let (platform, row) = branch(row);
    Ok((key, snapshot(whose(tenant, platform), &row)))
}

/// One query of two branches, each with the whole predicate, the order and the limit: otherwise the
/// server would sort all that both hold.
fn merged(
    branches: &[Selection<'_>; 2],
    order: &str,
    wanted: usize,
    push_bound: impl Fn(bool, &mut QueryBuilder<Postgres>),
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("");
    push_keyed(&mut query, &[RecordKind::SystemRecord], |query| {
        for (branch, platform) in branches.iter().zip([false, true]) {
            query.push(if platform { " UNION ALL " } else { "" });
            query.push("(SELECT ").push(branch.columns);
            branch.push(query);
            push_bound(platform, query);
            query.push(order).push_bind(wanted as i64).push(")");
        }
    });
    query
}

/// The keys of as many records of each branch, which are small however large the records are.
fn merged_keys(
    branches: &[Selection<'_>; 2],
    column: &str,
    order: &str,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("");
    for (place, branch) in branches.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        query.push("(SELECT tenant_id, id, ").push(column);
        branch.push(&mut query);
        query.push(order).push_bind(wanted as i64).push(")");
    }
    query
}

pub(super) fn both<'a>(tenant: &'a TenantId, conditions: Conditions<'a>) -> [Selection<'a>; 2] {
    [tenant.as_str(), PLATFORM].map(|tenant| Selection {
        kinds: &[RecordKind::SystemRecord],
        columns: kind::columns(RecordKind::SystemRecord),
        table: "logs.system_record",
        tenant,
        conditions,
    })
}

/// Whether a row is one of the platform. One of neither branch is found out by the check of its tenant.
fn branch(row: &PgRow) -> (bool, Row<'_>) {
    let tenant = row.try_get::<&str, _>("tenant_id");
    (
        tenant.is_ok_and(|tenant| tenant == PLATFORM),
        Row::new(row, TABLE),
    )
}

/// The value of the column `tenant_id`.
fn owner(tenant: &TenantId, platform: bool) -> &str {
    if platform { PLATFORM } else { tenant.as_str() }
}

/// The tenant of a branch, or none for the platform.
fn whose(tenant: &TenantId, platform: bool) -> Option<&TenantId> {
    (!platform).then_some(tenant)
}

fn twin(id: Uuid) -> StoreError {
    StoreError::inconsistent(TABLE, "id", id.to_string())
}

/// The record of a row of a tenant, or of the platform.
pub(crate) fn snapshot(
    owner: Option<&TenantId>,
    row: &Row<'_>,
) -> StoreResult<SystemRecordSnapshot> {
    let head = row.head(owner.map_or(PLATFORM, TenantId::as_str))?;
    let draft = row.draft(&head)?;
    row.check(owner, &head, &draft)?;
    Ok(SystemRecordSnapshot::from_parts(
        owner.cloned(),
        draft,
        head.created_at,
    ))
}
