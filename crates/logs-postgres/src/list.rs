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

/// Which records a query reads: of one table, under conditions.
pub(crate) struct Selection<'a> {
    /// What is read: a record, and what else is folded into it under the same id.
    pub(crate) kinds: &'static [RecordKind],
    /// The columns of a record. All would be more than a program knows once a later one has added some.
    pub(crate) columns: &'static str,
    /// A table, or a query in parentheses.
    pub(crate) table: &'static str,
    pub(crate) tenant: &'a str,
    /// Pushes ` AND …` for each condition.
    pub(crate) conditions: &'a (dyn Fn(&mut QueryBuilder<Postgres>) + Send + Sync),
}

impl Selection<'_> {
    /// Pushes `FROM … WHERE …`. The class stands there as a number, so that months can be left out
    /// by the record time.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query
            .push(" FROM ")
            .push(self.table)
            .push(" AS selected WHERE class = 0 AND tenant_id = ")
            .push_bind(self.tenant.to_owned());
        (self.conditions)(query);
    }

    /// The table of records, in errors.
    fn name(&self) -> &'static str {
        self.kinds.first().map_or("", |kind| kind.as_str())
    }

    /// Pushes the same as a query of its own, which is planned without a look at order and limit.
    fn push_apart(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" FROM (SELECT *");
        self.push(query);
        query.push(" OFFSET 0) AS found WHERE TRUE");
    }
}

/// How the records of a list come into its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortPlan {
    /// An index has them in it: the question is a promised one.
    IndexOrder,
    /// They are looked for in another order where that is less work, and sorted.
    Sort,
    /// There are few by an index that has another order, and all of them are sorted. The server would
    /// rather go through the list, expecting to meet them soon.
    SortSmall,
}

impl SortPlan {
    /// The order of a list by a filter: `promised` tells which conditions have an index each, of
    /// which one can be used, and `others` which have none.
    pub(crate) fn of(promised: &[bool], others: &[bool]) -> Self {
        let used = promised.iter().filter(|used| **used).count();
        if used <= 1 && !others.contains(&true) {
            Self::IndexOrder
        } else {
            Self::Sort
        }
    }
}

/// Pushes `SELECT` of all columns of the rows that `page` pushes a query of, and of the key of each:
/// its record time and its digest, for each kind. The keys are looked up for what is on the page alone,
/// one by one: joined with it, a generic plan would read all of them.
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

/// What `read` makes of each row of a page.
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

/// How many records the selections hold together, as far as the request wants to know.
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

/// The number that a row holds.
fn count(row: &PgRow) -> StoreResult<u64> {
    let counted: i64 = row.try_get(0).map_err(error::read)?;
    Ok(counted.unsigned_abs())
}

/// Counts among the records of the tenant: a generic plan guesses how many of all records they are,
/// and for most of them would rather read those of everyone.
const AMONG_ITS_OWN: &str = "BEGIN READ ONLY; SET LOCAL enable_seqscan = off";

/// How many workers may help to count.
const HELPERS: u32 = 2;

/// What a query counts without end, with the helpers that a server has as it comes.
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

/// What a query counts to an end, or `None` when it takes longer than a count may. A
/// bitmap would be made of all records before the first is counted.
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

/// Pushes an exact match of a key, found by the table of keys, which knows the record time.
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
