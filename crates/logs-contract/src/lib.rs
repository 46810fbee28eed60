//! The contract suite: one list of cases that every adapter of the ports must pass.
//!
//! A case is named after the rule of the store that it proves, gets a fresh store and panics when
//! the rule does not hold. An adapter joins with a test program of a few lines, declared with
//! `harness = false` in its `Cargo.toml`:
//!
//! ```no_run
//! use std::process::ExitCode;
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use logs_contract::{BackendError, Capability, ContractBackend, Exemption, StoreHome};
//! use logs_domain::{LogsStore, StoreOptions};
//! use logs_memory::MemoryStore;
//!
//! struct Memory;
//!
//! #[async_trait]
//! impl ContractBackend for Memory {
//!     fn name(&self) -> &str {
//!         "memory"
//!     }
//!
//!     async fn fresh(&self) -> Result<Box<dyn StoreHome>, BackendError> {
//!         Ok(Box::new(Nowhere))
//!     }
//!
//!     fn exemptions(&self) -> &[Exemption] {
//!         &[Exemption {
//!             capability: Capability::Reopen,
//!             reason: "nothing outlives the process",
//!         }]
//!     }
//! }
//!
//! struct Nowhere;
//!
//! #[async_trait]
//! impl StoreHome for Nowhere {
//!     async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
//!         Ok(Arc::new(MemoryStore::new(options)))
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     logs_contract::run(async || Ok(Memory))
//! }
//! ```
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a case fails by panicking, as every test does"
)]

pub mod appends;
mod backend;
mod case;
mod cases;
mod clock;
mod lists;
mod read_back;
mod recording;
mod runner;
pub mod samples;
mod variants;

pub use backend::{BackendError, Capability, ContractBackend, Exemption, StoreHome};
pub use case::{Case, CaseContext, CaseFuture};
pub use cases::{RULES, cases};
pub use clock::TestClock;
pub use recording::{PortMethod, Recording};
pub use runner::run;
