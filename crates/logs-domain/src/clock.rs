//! Where the record time comes from.

use std::fmt::Debug;

use crate::Timestamp;

/// A source of the current time, injected into every store.
pub trait Clock: Debug + Send + Sync {
    /// The time now. It may step back; stores keep `created_at` from decreasing themselves.
    fn now(&self) -> Timestamp;

    /// Whether the clock tells the time of day, and not an invented time of a test.
    ///
    /// A store compares such a clock with its own knowledge of the time. PostgreSQL compares the server's
    /// clock, in both directions. SQLite compares the newest time of the file, which may be ahead by at
    /// most 5 s. The store is not [`ready`](crate::StoreLifecycle::ready) if the difference exceeds 5 s.
    /// There is no default, because a store would never compare the clock of a program that forgot this
    /// method.
    fn tells_time_of_day(&self) -> bool;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the clock that is injected"
        )]
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // A machine set before 1970 or after 9999 gets the nearest time that can be kept.
        let micros = since_epoch.map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
        Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
    }

    fn tells_time_of_day(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, SystemClock};
    use crate::Timestamp;

    #[test]
    fn the_system_clock_tells_a_time_after_this_was_written() {
        let written = Timestamp::parse_rfc3339("2026-11-01T00:00:00Z").unwrap();
        assert!(SystemClock.now() > written);
    }
}
