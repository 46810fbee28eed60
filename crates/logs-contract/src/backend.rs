//! The interface between an adapter and the suite.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{LedgerStore, LogsStore, StoreOptions};

/// An error before a case begins. It fails the case.
pub type BackendError = Box<dyn Error + Send + Sync>;

/// An adapter under test.
///
/// One value serves a whole run. It gives every case a place of its own: an empty directory, a database
/// copied from a migrated template, or nothing.
#[async_trait]
pub trait ContractBackend: Send + Sync {
    /// The name in reports: one word, such as `sqlite`.
    fn name(&self) -> &str;

    /// A new, empty place for the records of one store, separate from every other.
    ///
    /// # Errors
    /// The reason why there is none. The case fails.
    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError>;

    /// Whether this is the memory store, the oracle of the property test.
    fn is_oracle(&self) -> bool {
        false
    }

    /// The capabilities that the backend lacks by its nature, each with the reason for reports.
    fn exemptions(&self) -> &[Exemption] {
        &[]
    }
}

/// The place of the records of one store: a directory, a database. Dropping it removes the records.
#[async_trait]
pub trait StoreFixture: Send + Sync {
    /// Opens a store in this place, as a new process would. A case may open it again after `close`, and may
    /// hold several stores open at once.
    ///
    /// # Errors
    /// The reason why it does not open. The case fails.
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError>;

    /// Opens the store with its ledger. A backend without one is exempt from [`Capability::Ledger`].
    ///
    /// # Errors
    /// As [`open`](Self::open), and for a backend without a ledger.
    async fn open_ledger(
        &self,
        _options: StoreOptions,
    ) -> Result<Arc<dyn LedgerStore>, BackendError> {
        Err("the backend has no ledger".into())
    }
}

/// A capability that a case may need, and that not every backend has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// After the place is opened again, it holds all acknowledged records. Stores that are open in one place
    /// at the same time see the same records.
    Reopen,
    /// The store has the port [`LogsLedger`](logs_domain::LogsLedger).
    Ledger,
}

/// A capability that a backend does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The missing capability. The suite does not run cases that need it.
    pub capability: Capability,
    /// The reason, for reports.
    pub reason: &'static str,
}
