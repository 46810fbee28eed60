//! Connections in use: one that is dropped in the middle is closed, never used again.

use std::time::Duration;

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::QueryBuilder;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, PgRow, Postgres};

use crate::{PostgresStore, error};

/// How long a read may take: a little longer than its statement may on the server.
const READ: Duration = Duration::from_millis(3_500);

/// A connection in use.
pub(crate) struct Lane {
    connection: PoolConnection<Postgres>,
    released: bool,
}

impl Lane {
    pub(crate) async fn acquire(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self {
            connection: pool.acquire().await?,
            released: false,
        })
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Gives the connection back: nothing is under way on it.
    pub(crate) fn release(mut self) {
        self.released = true;
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if !self.released {
            self.connection.close_on_drop();
        }
    }
}

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
        let mut lane = Lane::acquire(&store.readers).await.map_err(error::read)?;
        let rows = query.build().fetch_all(lane.connection()).await;
        let rows = rows.map_err(error::read)?;
        lane.release();
        Ok(rows)
    })
    .await
}

/// One state of the database, for several statements.
pub(crate) struct Snapshot(Lane);

impl Snapshot {
    pub(crate) async fn begin(store: &PostgresStore) -> StoreResult<Self> {
        let mut lane = Lane::acquire(&store.readers).await.map_err(error::read)?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
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
