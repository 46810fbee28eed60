//! The memory adapter as a backend whose stores a test may wrap.

use std::sync::Arc;

use async_trait::async_trait;
use logs_contract::{BackendError, Capability, ContractBackend, Exemption, StoreFixture};
use logs_domain::{LedgerStore, LogsStore, StoreOptions};

/// Stores that `open` makes.
pub(crate) struct Wrapped {
    pub(crate) open: fn(StoreOptions) -> Arc<dyn LedgerStore>,
}

#[async_trait]
impl ContractBackend for Wrapped {
    fn name(&self) -> &str {
        "memory"
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        Ok(Box::new(MemoryFixture(self.open)))
    }

    fn exemptions(&self) -> &[Exemption] {
        &[Exemption {
            capability: Capability::Reopen,
            reason: "nothing outlives the process",
        }]
    }
}

struct MemoryFixture(fn(StoreOptions) -> Arc<dyn LedgerStore>);

#[async_trait]
impl StoreFixture for MemoryFixture {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        Ok((self.0)(options))
    }

    async fn open_ledger(
        &self,
        options: StoreOptions,
    ) -> Result<Arc<dyn LedgerStore>, BackendError> {
        Ok((self.0)(options))
    }
}
