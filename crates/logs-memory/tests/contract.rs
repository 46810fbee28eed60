//! The contract suite on this adapter.

use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use logs_contract::{BackendError, Capability, ContractBackend, Exemption, StoreFixture};
use logs_domain::{LedgerStore, LogsStore, StoreOptions};
use logs_memory::MemoryStore;

struct Memory;

#[async_trait]
impl ContractBackend for Memory {
    fn name(&self) -> &str {
        "memory"
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        Ok(Box::new(MemoryFixture))
    }

    fn is_oracle(&self) -> bool {
        true
    }

    fn exemptions(&self) -> &[Exemption] {
        &[Exemption {
            capability: Capability::Reopen,
            reason: "nothing outlives the process",
        }]
    }
}

struct MemoryFixture;

#[async_trait]
impl StoreFixture for MemoryFixture {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        Ok(Arc::new(MemoryStore::new(options)))
    }

    async fn open_ledger(
        &self,
        options: StoreOptions,
    ) -> Result<Arc<dyn LedgerStore>, BackendError> {
        Ok(Arc::new(MemoryStore::new(options)))
    }
}

fn main() -> ExitCode {
    logs_contract::run(async || Ok(Memory))
}
