//! The contract suite on this adapter: each case in a file of its own.

use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use logs_contract::{BackendError, ContractBackend, StoreFixture};
use logs_domain::{LedgerStore, LogsStore, StoreOptions};
use logs_sqlite::SqliteStore;
use tempfile::TempDir;

struct Sqlite;

#[async_trait]
impl ContractBackend for Sqlite {
    fn name(&self) -> &str {
        "sqlite"
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        Ok(Box::new(Folder(tempfile::tempdir()?)))
    }
}

struct Folder(TempDir);

#[async_trait]
impl StoreFixture for Folder {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        Ok(Arc::new(
            SqliteStore::open(self.0.path().join("logs.db"), options).await?,
        ))
    }

    async fn open_ledger(
        &self,
        options: StoreOptions,
    ) -> Result<Arc<dyn LedgerStore>, BackendError> {
        Ok(Arc::new(
            SqliteStore::open(self.0.path().join("logs.db"), options).await?,
        ))
    }
}

fn main() -> ExitCode {
    logs_contract::run(async || Ok(Sqlite))
}
