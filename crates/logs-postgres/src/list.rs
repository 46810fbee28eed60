//! Pages of one ordered table, and counts.

use logs_domain::page::{ListKey, Walk, refuse_twins};
use logs_domain::{
    CountMode, PageRequest, QueryResult, RecordId, RecordKind, StoreError, StoreResult, TenantId,
    Total,
};
use logs_sql::bound::Bound;
use logs_sql::condition::push_order;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{AssertSqlSafe, QueryBuilder, Row};

use crate::decode::Row as Columns;
use crate::execute::{ReadTransaction, reading, rows, sorted_rows};
use crate::timeouts::READ_STATEMENT;
use crate::{PostgresStore, error, kind};

/// The selection of a query: one table with conditions.
pub(crate) struct Selection<'a> {
    /// The kinds of a row: a record, and the records joined with it under the same id.
    pub(crate) kinds: &'static [RecordKind],
    /// The columns of a record. `SELECT *` would also return the columns of a newer schema.
    pub(crate) columns: &'static str,
    /// A table, or a query in parentheses.
    pub(crate) table: &'static str,
    pub(crate) tenant: &'a str,
    /// Pushes ` AND …` for each condition.
    pub(crate) conditions: &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync),
}

impl Selection<'_> {
    /// Pushes `FROM … WHERE …`. The class is a literal, so the planner can exclude months by the
    /// record time.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query
            .push(" FROM ")
            .push(self.table)
            .push(" AS selected WHERE class = 0 AND tenant_id = ")
            .push_bind(self.tenant.to_owned());
        (self.conditions)(query);
    }

    /// The name of the table in errors.
    fn name(&self) -> &'static str {
        self.kinds.first().map_or("", |kind| kind.as_str())
    }

    /// Pushes the same as a subquery that PostgreSQL plans without order and limit.
    fn push_apart(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" FROM (SELECT *");
        self.push(query);
        query.push(" OFFSET 0) AS found WHERE TRUE");
    }
}

/// How the records of a list get their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortPlan {
    /// An index has this order: the query is a promised one.
    IndexOrder,
    /// The server may read them in another order, if that is less work, and sort.
    Sort,
    /// An index in another order finds few records, and the server sorts all of them. Otherwise the
    /// planner scans the list, because it expects to find them soon.
    SortSmall,
}

impl SortPlan {
    /// The order for a filter. `promised` are conditions with an index each, of which the server
    /// can use one. `others` are conditions without an index.
    pub(crate) fn of(promised: &[bool], others: &[bool]) -> Self {
        let used = promised.iter().filter(|used| **used).count();
        if used <= 1 && !others.contains(&true) {
            Self::IndexOrder
        } else {
            Self::Sort
        }
    }
}

/// Pushes a `SELECT` of all columns of the rows of `page`, with the record time and digest of each
/// key, for each kind. The statement looks up only the keys of the page, one by one. With a join, a
/// generic plan would read all keys.
pub(crate) fn push_keyed(
    query: &mut QueryBuilder<Postgres>,
    kinds: &[RecordKind],
    page: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    query.push("SELECT page.*");
    for kind in kinds {
        query
            .push(
                ", (SELECT timestamptz_send(stored.created_at) || stored.digest \
                 FROM logs.record_key AS stored WHERE stored.tenant_id = page.tenant_id \
                 AND stored.id = page.id AND stored.class = 0 AND stored.kind = ",
            )
            .push(kind::number(*kind))
            .push(") AS key");
    }
    query.push(" FROM (");
    page(query);
    query.push(") AS page");
}

/// Applies `read` to each row of a page.
pub(crate) async fn page_rows<T>(
    store: &PostgresStore,
    query: QueryBuilder<Postgres>,
    order: SortPlan,
    about: usize,
    read: impl Fn(&PgRow) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    match order {
        SortPlan::IndexOrder => rows(store, query, about, read).await,
        SortPlan::Sort | SortPlan::SortSmall => sorted_rows(store, query, read).await,
    }
}

/// A page of a list by `(created_at, id)`.
pub(crate) async fn page<T: Send>(
    store: &PostgresStore,
    selection: Selection<'_>,
    order: SortPlan,
    walk: &Walk<'_, ListKey>,
    read: impl Fn(&Columns<'_>) -> StoreResult<T>,
) -> StoreResult<QueryResult<T>> {
    let columns = ["created_at", "id"];
    let mut query = QueryBuilder::new("");
    push_keyed(&mut query, selection.kinds, |query| {
        query.push("SELECT ").push(selection.columns);
        match order {
            SortPlan::IndexOrder | SortPlan::Sort => selection.push(query),
            SortPlan::SortSmall => selection.push_apart(query),
        }
        if let Some(key) = walk.from() {
            Bound::Behind(key.created_at, key.id).push(query, "created_at", walk.direction());
        }
        push_order(query, &columns, walk.direction());
        query.push(" LIMIT ").push_bind(walk.wanted() as i64);
        query.push(" OFFSET ").push_bind(walk.offset() as i64);
    });
    push_order(&mut query, &columns, walk.direction());
    let name = selection.name();
    let keyed = |row: &PgRow| {
        let row = Columns::new(row, name);
        Ok((row.list_key(selection.tenant)?, read(&row)))
    };
    let mut keyed = page_rows(store, query, order, walk.wanted(), keyed).await?;
    refuse_twins(&mut keyed, |key: &ListKey| {
        StoreError::inconsistent(name, "id", key.id.to_string())
    });
    let total = total(store, walk.request(), &[selection]).await?;
    walk.page(keyed, total)
}

/// The number of records of the selections together, as far as the request asks.
pub(crate) async fn total(
    store: &PostgresStore,
    request: &PageRequest,
    selections: &[Selection<'_>],
) -> StoreResult<Total> {
    let Some(cap) = request.count_cap() else {
        return Ok(Total::NotCounted);
    };
    let mut query = QueryBuilder::new("SELECT ");
    for (place, selection) in selections.iter().enumerate() {
        query.push(if place == 0 { "" } else { " + " });
        query.push("(SELECT COUNT(*) FROM (SELECT 1");
        selection.push(&mut query);
        if let Some(cap) = cap {
            let cap = i64::try_from(cap + 1).unwrap_or(i64::MAX);
            query.push(" LIMIT ").push_bind(cap);
        }
        query.push(") AS counted)");
    }
    let counted = if request.count == CountMode::Exact {
        exactly(store, query).await.map(Some)?
    } else {
        within_budget(store, query).await?
    };
    Ok(counted.map_or(Total::NotCounted, |counted| Total::counted(counted, cap)))
}

/// The number in a row.
fn count(row: &PgRow) -> StoreResult<u64> {
    let counted: i64 = row.try_get(0).map_err(error::read)?;
    Ok(counted.unsigned_abs())
}

/// Counts among the records of the tenant. Otherwise a generic plan overestimates their number and
/// reads the records of all tenants.
const AMONG_ITS_OWN: &str = "BEGIN READ ONLY; SET LOCAL enable_seqscan = off";

/// The number of parallel workers for a count.
const HELPERS: u32 = 2;

/// A count without a limit, with the parallel workers of the server's default.
async fn exactly(store: &PostgresStore, mut query: QueryBuilder<Postgres>) -> StoreResult<u64> {
    reading(async {
        let begin =
            format!("{AMONG_ITS_OWN}; SET LOCAL max_parallel_workers_per_gather = {HELPERS}");
        let mut counting = ReadTransaction::begin_with(store, AssertSqlSafe(begin)).await?;
        let counted = query.build().fetch_one(counting.connection()).await;
        let row = counted.map_err(error::read)?;
        counting.end().await?;
        count(&row)
    })
    .await
}

/// A count with a limit, or `None` if it exceeds the time of a count. Without this setting, the
/// server builds a bitmap of all records before it counts the first.
async fn within_budget(
    store: &PostgresStore,
    mut query: QueryBuilder<Postgres>,
) -> StoreResult<Option<u64>> {
    let budget = store.options.count_budget.min(READ_STATEMENT);
    if budget.is_zero() {
        return Ok(None);
    }
    reading(async {
        let millis = budget.as_millis().max(1);
        let begin = format!(
            "{AMONG_ITS_OWN}; SET LOCAL enable_bitmapscan = off; \
             SET LOCAL statement_timeout = {millis}"
        );
        let mut budgeted = ReadTransaction::begin_with(store, AssertSqlSafe(begin)).await?;
        let counted = query.build().fetch_one(budgeted.connection()).await;
        budgeted.end().await?;
        match counted {
            Ok(row) => count(&row).map(Some),
            Err(error) if error::is_statement_timeout(&error) => Ok(None),
            Err(error) => Err(error::read(error)),
        }
    })
    .await
}

/// Pushes an exact match of a key, found by the table of keys, which has the record time.
pub(crate) fn push_key(
    query: &mut QueryBuilder<Postgres>,
    tenant: &TenantId,
    kind: RecordKind,
    id: RecordId,
) {
    query.push(" AND id = ").push_bind(id.as_uuid());
    query.push(
        " AND created_at = (SELECT stored.created_at FROM logs.record_key AS stored \
         WHERE stored.tenant_id = ",
    );
    query.push_bind(tenant.to_string());
    query
        .push(" AND stored.kind = ")
        .push_bind(kind::number(kind));
    query
        .push(" AND stored.id = ")
        .push_bind(id.as_uuid())
        .push(")");
}
