//! What every adapter is given when it is opened.

use std::sync::Arc;
use std::time::Duration;

use crate::{Clock, SystemClock};

/// The options of every adapter, given when a program opens it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreOptions {
    /// The source of the record time.
    pub clock: Arc<dyn Clock>,
    /// The time limit of a default count. After it, the total is [`NotCounted`](crate::Total::NotCounted).
    /// The default is 250 ms. Zero never counts.
    pub count_budget: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            count_budget: Duration::from_millis(250),
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
}
