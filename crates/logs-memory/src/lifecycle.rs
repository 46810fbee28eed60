//! The lifecycle of the store.

use std::sync::PoisonError;

use async_trait::async_trait;
use logs_domain::{StoreInfo, StoreLifecycle, StoreResult, TenantId, Timestamp};

use crate::MemoryStore;
use crate::state::State;

#[async_trait]
impl StoreLifecycle for MemoryStore {
    async fn info(&self) -> StoreResult<StoreInfo> {
        let info = StoreInfo::new("memory", 0).covering(self.options.ledger);
        self.read().map(|_| info)
    }

    async fn ready(&self) -> StoreResult<()> {
        self.read().map(|_| ())
    }

    async fn settled_before(&self, _tenant: &TenantId) -> StoreResult<Timestamp> {
        // Appends take their time and store under the write lock, so none is in flight here.
        let mut state = self.write()?;
        let now = state.now(&*self.options.clock);
        state.give_out(now);
        Ok(now)
    }

    async fn close(&self) -> StoreResult<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *state = State::closed();
        Ok(())
    }
}
