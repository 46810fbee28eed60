//! How the store lives.

use async_trait::async_trait;
use logs_domain::{StoreError, StoreInfo, StoreLifecycle, StoreResult, TenantId, Timestamp};

use crate::{BACKEND, SqliteStore, error, migrations, writer};

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
        let found = migrations::current(&mut connection).await?;
        if found == migrations::known() {
            return Ok(());
        }
        Err(StoreError::SchemaMismatch {
            found: format!("{BACKEND} schema {found}"),
            expected: format!("{BACKEND} schema {}", migrations::known()),
        })
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
        Ok(())
    }
}
