//! How the store lives.

use std::sync::PoisonError;

use async_trait::async_trait;
use logs_domain::{StoreError, StoreInfo, StoreLifecycle, StoreResult, TenantId, Timestamp};
use sqlx::Connection;

use crate::{BACKEND, SqliteStore, clock, error, migrations, writer};

#[async_trait]
impl StoreLifecycle for SqliteStore {
    async fn info(&self) -> StoreResult<StoreInfo> {
        if self.readers.is_closed() {
            return Err(StoreError::closed());
        }
        Ok(StoreInfo::new(BACKEND, migrations::known()))
    }

    async fn ready(&self) -> StoreResult<()> {
        let mut connection = self.readers.acquire().await.map_err(error::read)?;
        migrations::require(&mut connection).await?;
        let (latest, _) = clock::marks(&mut connection).await?;
        let now = self.options.clock.now();
        clock::not_ahead(&*self.options.clock, now, latest)
    }

    async fn settled_before(&self, _tenant: &TenantId) -> StoreResult<Timestamp> {
        // Under the lock of the writer no append is under way, and the mark that is left keeps
        // later ones, also of other processes and after a step of the clock, from being earlier.
        writer::settle(self).await
    }

    async fn close(&self) -> StoreResult<()> {
        self.writer.close().await;
        self.counters.close().await;
        self.readers.close().await;
        let first = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // The last of all: it writes the log into the file.
        match first {
            Some(first) => first.close().await.map_err(error::read),
            None => Ok(()),
        }
    }
}
