//! Pages of one ordered table, and counts.

use std::time::Instant;

use logs_domain::page::{ListKey, Walk};
use logs_domain::{CountMode, PageRequest, QueryResult, RecordId, StoreResult, Total};
use logs_sql::bound::Bound;
use logs_sql::condition::push_order;
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row as _};

use crate::decode::Row;
use crate::{SqliteStore, error};

/// The number of virtual machine steps between two checks of the time.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// The selection of a query: one table, one index, and conditions.
pub(crate) struct Selection<'a> {
    pub(crate) table: &'static str,
    /// The index for the query, or `None` for the order of the table.
    pub(crate) index: Option<&'static str>,
    pub(crate) tenant: &'a str,
    /// Pushes ` AND …` for each condition.
    pub(crate) conditions: &'a (dyn Fn(&mut QueryBuilder<Sqlite>) + Send + Sync),
}

impl Selection<'_> {
    /// Pushes `FROM … WHERE …`.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        self.push_from(query, |_| {});
    }

    /// The same after a key. Its condition comes first, because SQLite starts the index scan at the
    /// first condition on a column. At the start of a window, it would read each record before the
    /// key.
    pub(crate) fn push_from(
        &self,
        query: &mut QueryBuilder<Sqlite>,
        push_place: impl FnOnce(&mut QueryBuilder<Sqlite>),
    ) {
        query.push(" FROM ").push(self.table);
        if let Some(index) = self.index {
            query.push(" INDEXED BY ").push(index);
        }
        query
            .push(" WHERE tenant_id = ")
            .push_bind(self.tenant.to_owned());
        push_place(query);
        (self.conditions)(query);
    }
}

/// A page of a list by `(created_at, id)`.
pub(crate) async fn page<T: Send>(
    store: &SqliteStore,
    selection: Selection<'_>,
    walk: &Walk<'_, ListKey>,
    table: &'static str,
    read: impl Fn(&Row<'_>) -> StoreResult<T>,
) -> StoreResult<QueryResult<T>> {
    let mut query = QueryBuilder::new("SELECT *");
    selection.push_from(&mut query, |query| {
        if let Some(key) = walk.from() {
            Bound::Behind(key.created_at, key.id).push(query, "created_at", walk.direction());
        }
    });
    push_order(&mut query, &["created_at", "id"], walk.direction());
    query.push(" LIMIT ").push_bind(walk.wanted() as i64);
    query.push(" OFFSET ").push_bind(walk.offset() as i64);
    let rows = query
        .build()
        .fetch_all(&store.readers)
        .await
        .map_err(error::read)?;
    let keyed = |row| {
        let row = Row::new(row, table);
        Ok((row.list_key(selection.tenant)?, read(&row)))
    };
    let keyed = rows.iter().map(keyed).collect::<StoreResult<Vec<_>>>()?;
    let total = total(store, walk.request(), &[selection]).await?;
    walk.page(keyed, total)
}

/// Pushes the condition for the record with an id, by the primary key.
pub(crate) fn push_id(query: &mut QueryBuilder<Sqlite>, id: RecordId) {
    query.push(" AND id = ").push_bind(id.as_bytes().to_vec());
}

/// The number of records of the selections together, as far as the request asks.
pub(crate) async fn total(
    store: &SqliteStore,
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
            query
                .push(" LIMIT ")
                .push_bind(i64::try_from(cap + 1).unwrap_or(i64::MAX));
        }
        query.push("))");
    }
    let row = if request.count == CountMode::Exact {
        query
            .build()
            .fetch_one(&store.readers)
            .await
            .map_err(error::read)?
    } else {
        match within_budget(store, query).await? {
            Some(row) => row,
            None => return Ok(Total::NotCounted),
        }
    };
    let counted: i64 = row.try_get(0).map_err(error::read)?;
    Ok(Total::counted(counted.unsigned_abs(), cap))
}

/// The one row of a query, or `None` if it exceeds the time of a count.
async fn within_budget(
    store: &SqliteStore,
    mut query: QueryBuilder<Sqlite>,
) -> StoreResult<Option<SqliteRow>> {
    if store.options.count_budget.is_zero() {
        return Ok(None);
    }
    let started = Instant::now();
    let budget = store.options.count_budget;
    let mut connection = store.counters.acquire().await.map_err(error::read)?;
    let mut handle = connection.lock_handle().await.map_err(error::read)?;
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || started.elapsed() < budget);
    drop(handle);
    match query.build().fetch_one(&mut *connection).await {
        Ok(row) => Ok(Some(row)),
        Err(error) if error::is_interrupt(&error) => Ok(None),
        Err(error) => Err(error::read(error)),
    }
}
