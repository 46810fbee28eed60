//! What an adapter gives the suite.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{LogsStore, StoreOptions};

/// What goes wrong before a case can begin; it fails the case.
pub type BackendError = Box<dyn Error + Send + Sync>;

/// An adapter under test.
///
/// It is made once for a whole run and hands out a place of its own to every case: an empty
/// directory, a database copied from a migrated template, nothing at all.
#[async_trait]
pub trait ContractBackend: Send + Sync {
    /// The name in reports: one word, such as `sqlite`.
    fn name(&self) -> &str;

    /// A new, empty place for the records of one store, apart from every other.
    ///
    /// # Errors
    /// Why there is none; the case fails.
    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError>;

    /// Whether this is the memory store itself, which the property test compares others with.
    fn is_oracle(&self) -> bool {
        false
    }

    /// What the backend cannot do by its nature, each with the reason that reports show.
    fn exemptions(&self) -> &[Exemption] {
        &[]
    }
}

/// The place where the records of one store are: a directory, a database. Dropping it removes
/// them.
#[async_trait]
pub trait StoreFixture: Send + Sync {
    /// Opens a store on what is here, as a process would that starts now. A case may open it
    /// again after `close`, and may hold several stores open at once.
    ///
    /// # Errors
    /// Why it cannot be opened; the case fails.
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError>;
}

/// What a case may need that not every backend has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// What was acknowledged is there when the place is opened again, and stores that are open on
    /// one place at the same time see the same records.
    Reopen,
}

/// A capability that a backend does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// What it does not have; cases that need it are not run.
    pub capability: Capability,
    /// Why not, for reports.
    pub reason: &'static str,
}
