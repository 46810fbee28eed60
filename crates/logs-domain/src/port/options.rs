//! The options of every adapter.

use std::sync::Arc;
use std::time::Duration;

use crate::{Clock, SaltGenerator, SystemClock, SystemSalts};

/// The options of every adapter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The source of record times.
    pub clock: Arc<dyn Clock>,
    /// How long a default count may take. After that, the total is
    /// [`NotCounted`](crate::Total::NotCounted). The default is 250 ms; zero never counts.
    pub count_budget: Duration,
    /// Whether the ledger covers what the store appends. The default is yes. PostgreSQL has no ledger yet.
    pub ledger: bool,
    /// The source of salts for the ledger.
    pub salts: Arc<dyn SaltGenerator>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            count_budget: Duration::from_millis(250),
            ledger: true,
            salts: Arc::new(SystemSalts),
        }
    }
}

impl StoreOptions {
    /// Takes the record time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Gives default counts this much time.
    #[must_use]
    pub const fn count_budget(mut self, count_budget: Duration) -> Self {
        self.count_budget = count_budget;
        self
    }

    /// Covers what the store appends by the ledger, or not.
    #[must_use]
    pub const fn ledger(mut self, ledger: bool) -> Self {
        self.ledger = ledger;
        self
    }

    /// Takes the salts of the ledger from `salts`.
    #[must_use]
    pub fn salts(mut self, salts: Arc<dyn SaltGenerator>) -> Self {
        self.salts = salts;
        self
    }
}
