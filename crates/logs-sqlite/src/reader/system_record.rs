//! System records of a tenant and of the platform: a branch for each, merged.

use logs_domain::page::{Keyed, SystemListKey, SystemWindowKey, Walk};
use logs_domain::{
    CorrelationId, Direction, PageRequest, QueryResult, ReadMethod, RecordId, StoreError,
    StoreResult, SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};
use logs_sql::PLATFORM;
use logs_sql::bound::Bound;
use logs_sql::condition::{push_equal, push_order, push_range};
use logs_sql::decode::{self, StoredRow};
use logs_sql::filter;
use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};

use crate::decode::Row;
use crate::list::{Selection, total};
use crate::{SqliteStore, error};

const TABLE: &str = "system_record";
const BY_TIME: &str = "system_record_by_time";
const BY_CORRELATION: &str = "system_record_by_correlation";
const PAGE_BY_CORRELATION: &str = "system_record_page_by_correlation";

/// Whether a window or a lookup asks for the record.
type IsAsked<'a> = &'a (dyn Fn(&SystemRecordSnapshot) -> bool + Send + Sync);
type Conditions<'a> = &'a (dyn Fn(&mut QueryBuilder<Sqlite>) + Send + Sync);

pub(crate) async fn list(
    store: &SqliteStore,
    tenant: &TenantId,
    filter: &SystemRecordFilter,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let walk = Walk::new(ReadMethod::ListSystemRecords, tenant, filter, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| filter::system_record::push(query, filter);
    let index = filter.correlation_id.as_ref().map(|_| PAGE_BY_CORRELATION);
    let branches = both(tenant, index, &conditions);
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    let fetch = async |transaction: &mut SqliteConnection, columns, platform, from, wanted| {
        let from: Option<SystemListKey> = from;
        let mut query = QueryBuilder::new("SELECT ");
        query.push(columns);
        selection(tenant, platform, index, &conditions).push_from(&mut query, |query| {
            if let Some(key) = &from {
                let bound = Bound::in_list(&walk, key, platform);
                bound.push(query, "created_at", walk.direction());
            }
        });
        push_order(&mut query, &["created_at", "id"], walk.direction());
        query.push(" LIMIT ").push_bind(wanted as i64);
        let rows = query.build().fetch_all(transaction).await;
        rows.map_err(error::read)
    };
    let key_of = |platform, row: &SqliteRow| {
        let place = Row::new(row, TABLE).place(owner(tenant, platform), "created_at");
        place.map(|(created_at, id)| SystemListKey {
            created_at,
            platform,
            id,
        })
    };
    let from = match walk.offset() {
        0 => walk.from().cloned(),
        skipped => {
            let mut keys = Vec::new();
            for platform in [false, true] {
                let columns = "tenant_id, id, created_at";
                let rows = fetch(&mut transaction, columns, platform, None, skipped).await?;
                for row in &rows {
                    keys.push(key_of(platform, row)?);
                }
            }
            let Some(last) = walk.last_left_out(keys) else {
                transaction.rollback().await.map_err(error::read)?;
                let total = total(store, request, &branches).await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let wanted = walk.wanted();
    let mut found = Vec::new();
    for platform in [false, true] {
        let rows = fetch(&mut transaction, "*", platform, from, wanted).await?;
        for row in &rows {
            let key = key_of(platform, row)?;
            let row = Row::new(row, TABLE);
            let record = decode::system_record(whose(tenant, platform), &row);
            let is_asked = |record: &SystemRecordSnapshot| filter.matches(record);
            found.push((key, record.and_then(|record| row.asked(record, is_asked))));
        }
    }
    transaction.rollback().await.map_err(error::read)?;
    walk.sort(&mut found);
    let total = total(store, request, &branches).await?;
    walk.page(found, total)
}

pub(crate) async fn get(
    store: &SqliteStore,
    tenant: &TenantId,
    id: &RecordId,
) -> StoreResult<Option<SystemRecordSnapshot>> {
    let rows = sqlx::query("SELECT * FROM system_record WHERE tenant_id IN (?, ?) AND id = ?")
        .bind(tenant.as_str())
        .bind(PLATFORM)
        .bind(id.as_bytes().as_slice())
        .fetch_all(&store.readers)
        .await
        .map_err(error::read)?;
    let read = |owner, row: &Row<'_>| {
        row.asked(decode::system_record(owner, row)?, |record| {
            record.id == *id
        })
    };
    let mut other = None;
    for row in rows.iter().map(|row| Row::new(row, TABLE)) {
        if row.is_of(tenant.as_str())? {
            // Whatever the state of the platform's record.
            return read(Some(tenant), &row).map(Some);
        }
        other = Some(row);
    }
    other.map(|row| read(None, &row)).transpose()
}

pub(crate) async fn by_correlation(
    store: &SqliteStore,
    tenant: &TenantId,
    correlation_id: &CorrelationId,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let method = ReadMethod::GetSystemRecordByCorrelation;
    let walk = Walk::new(method, tenant, correlation_id, request)?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| {
        push_equal(query, "correlation_id", Some(correlation_id));
    };
    let is_asked =
        |record: &SystemRecordSnapshot| record.correlation_id.as_ref() == Some(correlation_id);
    let asked = (&conditions as Conditions<'_>, &is_asked as IsAsked<'_>);
    in_order_of_occurrence(store, tenant, BY_CORRELATION, asked, &walk).await
}

pub(crate) async fn in_window(
    store: &SqliteStore,
    tenant: &TenantId,
    window: &TimeRange,
    request: &PageRequest,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let walk = Walk::new(
        ReadMethod::GetSystemRecordsInWindow,
        tenant,
        window,
        request,
    )?;
    let conditions = |query: &mut QueryBuilder<Sqlite>| push_range(query, "occurred_at", window);
    let is_asked = |record: &SystemRecordSnapshot| window.contains(record.occurred_at);
    let asked = (&conditions as Conditions<'_>, &is_asked as IsAsked<'_>);
    in_order_of_occurrence(store, tenant, BY_TIME, asked, &walk).await
}

async fn in_order_of_occurrence(
    store: &SqliteStore,
    tenant: &TenantId,
    index: &'static str,
    (conditions, is_asked): (Conditions<'_>, IsAsked<'_>),
    walk: &Walk<'_, SystemWindowKey>,
) -> StoreResult<QueryResult<SystemRecordSnapshot>> {
    let mut transaction = store.readers.begin().await.map_err(error::read)?;
    let branches = [false, true].map(|platform| Branch {
        tenant,
        platform,
        index,
        conditions,
    });
    let from = match walk.offset() {
        0 => walk.from().cloned(),
        skipped => {
            let mut keys = Vec::new();
            for branch in &branches {
                keys.extend(
                    branch
                        .keys(&mut transaction, walk.direction(), skipped)
                        .await?,
                );
            }
            let Some(last) = walk.last_left_out(keys) else {
                transaction.rollback().await.map_err(error::read)?;
                let total = total(
                    store,
                    walk.request(),
                    &both(tenant, Some(index), conditions),
                )
                .await?;
                return walk.page(Vec::new(), total);
            };
            Some(last)
        }
    };
    let wanted = walk.wanted();
    let mut found = Vec::new();
    for branch in &branches {
        let bound = from.map(|key| Bound::in_window(walk, &key, branch.platform));
        let records = branch.fetch(&mut transaction, walk.direction(), bound, wanted);
        found.extend(records.await?);
    }
    transaction.rollback().await.map_err(error::read)?;
    refuse_others(&mut found, is_asked);
    walk.sort(&mut found);
    let total = total(
        store,
        walk.request(),
        &both(tenant, Some(index), conditions),
    )
    .await?;
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

/// The records of the tenant or of the platform, in the order of occurrence.
pub(super) struct Branch<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) platform: bool,
    pub(super) index: &'static str,
    pub(super) conditions: Conditions<'a>,
}

impl<'a> Branch<'a> {
    /// The branch of a window.
    pub(super) const fn in_window(
        tenant: &'a TenantId,
        platform: bool,
        conditions: Conditions<'a>,
    ) -> Self {
        Self {
            tenant,
            platform,
            index: BY_TIME,
            conditions,
        }
    }

    /// Up to `wanted` records after the bound.
    pub(super) async fn fetch(
        &self,
        connection: &mut SqliteConnection,
        direction: Direction,
        bound: Option<Bound>,
        wanted: usize,
    ) -> StoreResult<Vec<Keyed<SystemWindowKey, SystemRecordSnapshot>>> {
        let rows = self.rows(connection, "*", direction, bound, wanted).await?;
        let keyed = |row: &SqliteRow| {
            let record =
                decode::system_record(whose(self.tenant, self.platform), &Row::new(row, TABLE));
            Ok((self.key(row)?, record))
        };
        rows.iter().map(keyed).collect()
    }

    /// The keys of up to `wanted` records. Keys are small, whatever the size of the records.
    pub(super) async fn keys(
        &self,
        connection: &mut SqliteConnection,
        direction: Direction,
        wanted: usize,
    ) -> StoreResult<Vec<SystemWindowKey>> {
        let columns = "tenant_id, id, occurred_at";
        let rows = self
            .rows(connection, columns, direction, None, wanted)
            .await?;
        rows.iter().map(|row| self.key(row)).collect()
    }

    async fn rows(
        &self,
        connection: &mut SqliteConnection,
        columns: &str,
        direction: Direction,
        bound: Option<Bound>,
        wanted: usize,
    ) -> StoreResult<Vec<SqliteRow>> {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(columns);
        selection(
            self.tenant,
            self.platform,
            Some(self.index),
            self.conditions,
        )
        .push_from(&mut query, |query| {
            if let Some(bound) = bound {
                bound.push(query, "occurred_at", direction);
            }
        });
        push_order(&mut query, &["occurred_at", "id"], direction);
        query.push(" LIMIT ").push_bind(wanted as i64);
        let rows = query.build().fetch_all(connection).await;
        rows.map_err(error::read)
    }

    fn key(&self, row: &SqliteRow) -> StoreResult<SystemWindowKey> {
        let owner = owner(self.tenant, self.platform);
        let (occurred_at, id) = Row::new(row, TABLE).place(owner, "occurred_at")?;
        Ok(SystemWindowKey {
            occurred_at,
            platform: self.platform,
            id,
        })
    }
}

fn selection<'a>(
    tenant: &'a TenantId,
    platform: bool,
    index: Option<&'static str>,
    conditions: Conditions<'a>,
) -> Selection<'a> {
    Selection {
        table: TABLE,
        index,
        tenant: owner(tenant, platform),
        conditions,
    }
}

pub(super) fn both<'a>(
    tenant: &'a TenantId,
    index: Option<&'static str>,
    conditions: Conditions<'a>,
) -> [Selection<'a>; 2] {
    [
        selection(tenant, false, index, conditions),
        selection(tenant, true, index, conditions),
    ]
}

/// The value of the column `tenant_id`.
fn owner(tenant: &TenantId, platform: bool) -> &str {
    if platform { PLATFORM } else { tenant.as_str() }
}

/// The tenant of a branch, or none for the platform.
fn whose(tenant: &TenantId, platform: bool) -> Option<&TenantId> {
    (!platform).then_some(tenant)
}
