//! System records of a tenant and of the platform: a branch for each, merged.

use logs_domain::page::{Keyed, SystemListKey, SystemWindowKey, Walk, refuse_twins};
use logs_domain::{
    CorrelationId, Direction, PageRequest, QueryResult, ReadMethod, RecordId, RecordKind,
    StoreError, StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};
use logs_sql::PLATFORM;
use logs_sql::bound::Bound;
use logs_sql::condition::{push_equal, push_order, push_range};
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use crate::decode::Row;
use crate::execute::rows;
use crate::list::{Selection, SortPlan, page_rows, push_keyed, total};
use crate::lookup::by_key;
use crate::{PostgresStore, kind};

const TABLE: &str = "system_record";
/// Whether a window or a lookup asks for the record.
type IsAsked<'a> = &'a (dyn Fn(&SystemRecordSnapshot) -> bool + Send + Sync);
type Conditions<'a> = &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync);

pub(crate) async fn list(
    store: &PostgresStore,
    tenant: &TenantId,
    filter: &SystemRecordFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let walk = Walk::new(ReadMethod::ListSystemRecords, tenant, filter, request)?;
    let conditions =
        |query: &mut QueryBuilder<Postgres>| filter::system_record::push(query, filter);
    let others = [
        filter.component.is_some(),
        filter.event_type.is_some(),
        filter.severity.is_some(),
        filter.occurred != TimeRange::ALL,
    ];
    let order = SortPlan::of(&[], &others);
    let branches = both(tenant, &conditions);
    let direction = walk.direction();
    let key_of = |row: &PgRow| {
        let (platform, row) = branch(row);
        let (created_at, id) = row.place(owner(tenant, platform), "created_at")?;
        Ok(SystemListKey {
            created_at,
            platform,
            id,
        })
    };
    let from = match walk.offset() {
        0 => walk.from().copied(),
        skipped => {
            let keys = merged_keys(&branches, "created_at", direction, skipped);
            let keys = page_rows(store, keys, order, skipped, key_of).await?;
            let Some(last) = walk.last_left_out(keys) else {
                let total = total(store, request, &branches).await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let wanted = walk.wanted();
    let bound = |platform| from.map(|key| Bound::in_list(&walk, &key, platform));
    let query = merged(&branches, "created_at", direction, bound, wanted);
    let keyed = |row: &PgRow| {
        let key = key_of(row)?;
        let (platform, row) = branch(row);
        let record = decode::system_record(whose(tenant, platform), &row);
        let is_asked = |record: &SystemRecordSnapshot| filter.matches(record);
        Ok((key, record.and_then(|record| row.asked(record, is_asked))))
    };
    let mut found = page_rows(store, query, order, wanted, keyed).await?;
    walk.sort(&mut found);
    refuse_twins(&mut found, |key| twin(key.id));
    let total = total(store, request, &branches).await?;
    walk.page(found, total)
}

pub(crate) async fn get(
    store: &PostgresStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<SystemRecordSnapshot>> {
    let owners = [tenant.as_str(), PLATFORM];
    let read =
        |owner: &str, row: &Row<'_>| decode::system_record(whose(tenant, owner == PLATFORM), row);
    by_key(store, &owners, RecordKind::SystemRecord, *id, read).await
}

pub(crate) async fn by_correlation(
    store: &PostgresStore,
    tenant: &TenantId,
    correlation_id: &CorrelationId,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordByCorrelation;
    let walk = Walk::new(method, tenant, correlation_id, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| {
        push_equal(query, "correlation_id", Some(correlation_id));
    };
    let is_asked =
        |record: &SystemRecordSnapshot| record.correlation_id.as_ref() == Some(correlation_id);
    in_order_of_occurrence(store, tenant, &conditions, &is_asked, &walk).await
}

pub(crate) async fn in_window(
    store: &PostgresStore,
    tenant: &TenantId,
    window: &TimeRange,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordsInWindow;
    let walk = Walk::new(method, tenant, window, request)?;
    let conditions = |query: &mut QueryBuilder<Postgres>| push_range(query, "occurred_at", window);
    let is_asked = |record: &SystemRecordSnapshot| window.contains(record.occurred_at);
    in_order_of_occurrence(store, tenant, &conditions, &is_asked, &walk).await
}

async fn in_order_of_occurrence(
    store: &PostgresStore,
    tenant: &TenantId,
    conditions: Conditions<'_>,
    is_asked: IsAsked<'_>,
    walk: &Walk<'_, SystemWindowKey>,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let direction = walk.direction();
    let from = match walk.offset() {
        0 => walk.from().copied(),
        skipped => {
            let keys = window_keys(tenant, conditions, direction, skipped);
            let keys = rows(store, keys, skipped, |row| window_key(tenant, row)).await?;
            let Some(last) = walk.last_left_out(keys) else {
                let total = total(store, walk.request(), &both(tenant, conditions)).await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let wanted = walk.wanted();
    let bound = |platform| from.map(|key| Bound::in_window(walk, &key, platform));
    let query = window_query(tenant, conditions, direction, bound, wanted);
    let record = |row: &PgRow| window_record(tenant, row);
    let mut found = rows(store, query, wanted, record).await?;
    refuse_others(&mut found, is_asked);
    walk.sort(&mut found);
    refuse_twins(&mut found, |key| twin(key.id));
    let total = total(store, walk.request(), &both(tenant, conditions)).await?;
    walk.page(found, total)
}

/// Refuses records outside the query, which a damaged index may return.
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

/// The keys that [`window_query`] reads from the start.
pub(super) fn window_keys(
    tenant: &TenantId,
    conditions: Conditions<'_>,
    direction: Direction,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    merged_keys(&both(tenant, conditions), "occurred_at", direction, wanted)
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

/// Up to `wanted` records each of tenant and platform, in the order of occurrence, after the bound
/// that `bound` gives for the tenant (`false`) or the platform.
pub(super) fn window_query(
    tenant: &TenantId,
    conditions: Conditions<'_>,
    direction: Direction,
    bound: impl Fn(bool) -> Option<Bound>,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let branches = both(tenant, conditions);
    merged(&branches, "occurred_at", direction, bound, wanted)
}

/// The columns of a row of [`window_query`], with its key.
pub(super) fn window_record(
    tenant: &TenantId,
    row: &PgRow,
) -> StoreResult<Keyed<SystemWindowKey, SystemRecordSnapshot>> {
    let key = window_key(tenant, row)?;
    let (platform, row) = branch(row);
    Ok((key, decode::system_record(whose(tenant, platform), &row)))
}

/// One query of two branches, each with the whole predicate, the order and the limit. Otherwise the
/// server would sort all rows of both.
fn merged(
    branches: &[Selection<'_>; 2],
    column: &str,
    direction: Direction,
    bound: impl Fn(bool) -> Option<Bound>,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("");
    push_keyed(&mut query, &[RecordKind::SystemRecord], |query| {
        for (branch, platform) in branches.iter().zip([false, true]) {
            query.push(if platform { " UNION ALL " } else { "" });
            query.push("(SELECT ").push(branch.columns);
            branch.push(query);
            if let Some(bound) = bound(platform) {
                bound.push(query, column, direction);
            }
            push_order(query, &[column, "id"], direction);
            query.push(" LIMIT ").push_bind(wanted as i64).push(")");
        }
    });
    query
}

/// The keys of as many records of each branch. Keys are small, whatever the size of the records.
fn merged_keys(
    branches: &[Selection<'_>; 2],
    column: &str,
    direction: Direction,
    wanted: usize,
) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("");
    for (place, branch) in branches.iter().enumerate() {
        query.push(if place == 0 { "" } else { " UNION ALL " });
        query.push("(SELECT tenant_id, id, ").push(column);
        branch.push(&mut query);
        push_order(&mut query, &[column, "id"], direction);
        query.push(" LIMIT ").push_bind(wanted as i64).push(")");
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

/// Whether a row belongs to the platform. The check of the tenant detects a row of neither branch.
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
