//! Runs reads: one statement, or several in one state of the database.

use std::time::Duration;

use futures_util::TryStreamExt;
use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{QueryBuilder, SqlSafeStr};
use tokio::time::Instant;

use crate::pool::PooledConnection;
use crate::timeouts::READ;
use crate::{PostgresStore, error};

/// Ends a call that writes nothing at its deadline.
pub(crate) async fn reading<T>(work: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    within(READ, work).await
}

/// Ends a call that writes nothing after so long.
pub(crate) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = StoreResult<T>>,
) -> StoreResult<T> {
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or_else(|_| timed_out(limit))
}

/// Applies `read` to each row of a query while the server sends more. `about` is the expected
/// number of rows. If `read` refuses a row, the connection is closed.
pub(crate) async fn rows<T>(
    store: &PostgresStore,
    mut query: QueryBuilder<Postgres>,
    about: usize,
    read: impl Fn(&PgRow) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    let end = Instant::now() + READ;
    // A connection is usually idle, so this sets no timer.
    let mut pooled = reading(store.readers.acquire()).await?;
    let work = async |connection: &mut PgConnection| {
        let mut found = Vec::with_capacity(about);
        let mut rows = query.build().fetch(connection);
        while let Some(row) = rows.try_next().await.map_err(error::read)? {
            found.push(read(&row)?);
        }
        Ok(found)
    };
    let found = pooled
        .run_until(end, work)
        .await
        .unwrap_or_else(|| timed_out(READ))?;
    pooled.release();
    Ok(found)
}

fn timed_out<T>(after: Duration) -> StoreResult<T> {
    Err(StoreError::Timeout {
        after,
        write_outcome: WriteOutcome::NotApplied,
    })
}

/// Applies `read` to each row of a query without an index for its order. The server may read the
/// rows and sort them. It must find the records of the tenant by an index. Without this setting, a
/// generic plan overestimates their number and reads the records of all tenants.
pub(crate) async fn sorted_rows<T>(
    store: &PostgresStore,
    mut query: QueryBuilder<Postgres>,
    read: impl Fn(&PgRow) -> StoreResult<T>,
) -> StoreResult<Vec<T>> {
    reading(async {
        let begin = "BEGIN READ ONLY; SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = off";
        let mut sorting = ReadTransaction::begin_with(store, begin).await?;
        let rows = query.build().fetch_all(sorting.connection()).await;
        let rows = rows.map_err(error::read)?;
        let found = rows.iter().map(read).collect::<StoreResult<_>>()?;
        sorting.end().await?;
        Ok(found)
    })
    .await
}

/// A transaction for several statements in one state of the database.
pub(crate) struct ReadTransaction(PooledConnection);

impl ReadTransaction {
    pub(crate) async fn begin(store: &PostgresStore) -> StoreResult<Self> {
        Self::begin_with(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins with this statement.
    pub(crate) async fn begin_with(
        store: &PostgresStore,
        begin: impl SqlSafeStr,
    ) -> StoreResult<Self> {
        let mut pooled = store.readers.acquire().await?;
        sqlx::raw_sql(begin)
            .execute(pooled.connection())
            .await
            .map_err(error::read)?;
        Ok(Self(pooled))
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.0.connection()
    }

    pub(crate) async fn end(mut self) -> StoreResult<()> {
        let ended = sqlx::raw_sql("ROLLBACK").execute(self.0.connection()).await;
        ended.map_err(error::read)?;
        self.0.release();
        Ok(())
    }
}
