//! The evidence store in the memory of the process.
//!
//! It is for tests and trials. It implements the rules of the ports in plain, readable code. Tests compare every
//! other adapter with it. The records are gone when the process ends.
//!
//! ```
//! use logs_domain::{LlmRunFilter, LogsReader, PageRequest, StoreOptions, TenantId};
//! use logs_memory::MemoryStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::new(StoreOptions::default());
//! let tenant = TenantId::new("acme")?;
//! let runs = store.list_llm_runs(&tenant, &LlmRunFilter::default(), &PageRequest::default()).await?;
//! assert!(runs.items.is_empty());
//! # Ok(())
//! # }
//! ```

mod ledger;
mod lifecycle;
mod log;
mod page;
mod reader;
mod state;
mod writer;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use logs_domain::{StoreError, StoreOptions, StoreResult};

use self::state::State;

/// The evidence store in the memory of the process.
#[derive(Debug)]
pub struct MemoryStore {
    options: StoreOptions,
    state: RwLock<State>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        Self {
            options,
            state: RwLock::new(State::default()),
        }
    }

    /// The state, for a read. A panic elsewhere cannot leave a partial change, because an append does all steps
    /// that can fail before its first change.
    fn read(&self) -> StoreResult<RwLockReadGuard<'_, State>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            Err(StoreError::closed())
        } else {
            Ok(state)
        }
    }

    fn write(&self) -> StoreResult<RwLockWriteGuard<'_, State>> {
        let state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            Err(StoreError::closed())
        } else {
            Ok(state)
        }
    }
}
