//! Reads: one statement, or several on one state of the database.

use std::time::Duration;

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{QueryBuilder, SqlSafeStr};

use crate::pool::Lane;
use crate::{PostgresStore, error};

/// How long a read may take: a little longer than its statement may on the server.
const READ: Duration = Duration::from_millis(3_500);

/// Ends a call that writes nothing when it takes too long.
pub(crate) async fn reading<T>(work: impl Future<Output = StoreResult<T>>) -> StoreResult<T> {
    let timed_out = |_| {
        Err(StoreError::Timeout {
            after: READ,
            write_outcome: WriteOutcome::NotApplied,
        })
    };
    tokio::time::timeout(READ, work)
        .await
        .unwrap_or_else(timed_out)
}

/// All rows of a query.
pub(crate) async fn rows(
    store: &PostgresStore,
    mut query: QueryBuilder<Postgres>,
) -> StoreResult<Vec<PgRow>> {
    reading(async {
        let mut lane = store.readers.acquire().await?;
        let rows = query.build().fetch_all(lane.connection()).await;
        let rows = rows.map_err(error::read)?;
        lane.release();
        Ok(rows)
    })
    .await
}

/// All rows of a query whose order no index has: it may read what it needs, and sort that.
pub(crate) async fn sorted_rows(
    store: &PostgresStore,
    mut query: QueryBuilder<Postgres>,
) -> StoreResult<Vec<PgRow>> {
    reading(async {
        let begin = "BEGIN READ ONLY; SET LOCAL enable_sort = on";
        let mut sorting = Snapshot::begin_with(store, begin).await?;
        let rows = query.build().fetch_all(sorting.connection()).await;
        let rows = rows.map_err(error::read)?;
        sorting.end().await?;
        Ok(rows)
    })
    .await
}

/// One state of the database, for several statements.
pub(crate) struct Snapshot(Lane);

impl Snapshot {
    pub(crate) async fn begin(store: &PostgresStore) -> StoreResult<Self> {
        Self::begin_with(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Begins with this statement.
    pub(crate) async fn begin_with(
        store: &PostgresStore,
        begin: impl SqlSafeStr,
    ) -> StoreResult<Self> {
        let mut lane = store.readers.acquire().await?;
        sqlx::raw_sql(begin)
            .execute(lane.connection())
            .await
            .map_err(error::read)?;
        Ok(Self(lane))
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
