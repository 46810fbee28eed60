//! The one connection that writes.

use logs_domain::{StoreError, StoreResult};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::Sqlite;

use crate::{SqliteStore, error};

/// The writer connection, for one call.
pub(crate) struct Writer {
    pub(crate) connection: PoolConnection<Sqlite>,
}

impl Writer {
    /// Takes the connection, and waits for it up to the limit of a call.
    pub(crate) async fn acquire(store: &SqliteStore) -> StoreResult<Self> {
        let connection = store.writer.acquire().await.map_err(error::before_commit)?;
        Ok(Self { connection })
    }

    /// Returns the connection. After an error of SQLite, the store closes it. On a full disk,
    /// SQLite ends the transaction itself, and the connection would continue as if it were open.
    pub(crate) fn give_back<T>(mut self, outcome: &StoreResult<T>) {
        let is_sound = matches!(
            outcome,
            Ok(_) | Err(StoreError::Conflict { .. } | StoreError::InvalidArgument(_))
        );
        if !is_sound {
            self.connection.close_on_drop();
        }
    }
}
