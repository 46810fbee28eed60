//! Where the record time comes from.

use std::fmt::Debug;

use crate::Timestamp;

/// A source of the current time, injected into every store.
pub trait Clock: Debug + Send + Sync {
    /// The time now. It may step back; stores keep `created_at` from decreasing themselves.
    fn now(&self) -> Timestamp;

    /// Whether it is meant to tell the time of day, as opposed to a time that a test made up.
    ///
    /// Such a clock is compared with what the store knows of the time, and the store is not
    /// [`ready`](crate::StoreLifecycle::ready) when they disagree by more than 5 s: with the clock
    /// of a server that has one of its own, or with the newest record time of a file, which may
    /// then be ahead of it only by a small step back. There is no default: a clock of a program
    /// that forgot to say it would never be compared.
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
