//! The clock of cases.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use logs_domain::{Clock, Timestamp};

/// A clock that stands still until a case moves it. So equal times are common in cases.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// The start of the clock of every case: 2025-06-15T12:00:00Z. It is far from the ends of day, month and
    /// year, and before the present.
    pub const START: i64 = 1_749_988_800_000_000;

    /// A clock at [`START`](Self::START).
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicI64::new(Self::START))
    }

    /// Moves the clock forwards.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("a step that fits");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves the clock backwards, as machines do.
    pub fn step_back(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("a step that fits");
        self.0.fetch_sub(micros, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst)).expect("a time within the years")
    }

    fn tells_time_of_day(&self) -> bool {
        false
    }
}
