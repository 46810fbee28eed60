//! Record times: they never decrease within a store, and those of appends under way are known.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use logs_domain::{Clock, Timestamp};

/// The record times of a store.
#[derive(Debug, Default)]
pub(crate) struct Stamps(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The latest time of an append that stored something, or that was told as settled.
    latest: Option<Timestamp>,
    /// How many appends under way have each time.
    under_way: BTreeMap<Timestamp, usize>,
}

impl Stamps {
    /// The time now, never before one that was kept; it counts as under way until it is dropped.
    pub(crate) fn take(&self, clock: &dyn Clock) -> Stamp<'_> {
        let mut state = self.lock();
        let now = clock.now();
        let time = state.latest.map_or(now, |latest| latest.max(now));
        *state.under_way.entry(time).or_default() += 1;
        Stamp { stamps: self, time }
    }

    /// The earliest time of the appends under way.
    pub(crate) fn earliest(&self) -> Option<Timestamp> {
        self.lock().under_way.keys().next().copied()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A record time that was given out.
#[derive(Debug)]
pub(crate) struct Stamp<'a> {
    stamps: &'a Stamps,
    pub(crate) time: Timestamp,
}

impl Stamp<'_> {
    /// Keeps later times from being earlier than this one.
    pub(crate) fn keep(&self) {
        let mut state = self.stamps.lock();
        state.latest = state.latest.max(Some(self.time));
    }
}

impl Drop for Stamp<'_> {
    fn drop(&mut self) {
        let mut state = self.stamps.lock();
        if let Some(count) = state.under_way.get_mut(&self.time) {
            *count -= 1;
            if *count == 0 {
                state.under_way.remove(&self.time);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use logs_domain::{Clock, Timestamp};

    use super::Stamps;

    #[derive(Debug)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst)).unwrap()
        }

        fn tells_time_of_day(&self) -> bool {
            false
        }
    }

    #[test]
    fn times_do_not_decrease_and_the_earliest_under_way_is_known() {
        let hand = Hand(AtomicI64::new(10));
        let stamps = Stamps::default();
        drop(stamps.take(&hand));
        hand.0.store(9, Ordering::SeqCst);
        let first = stamps.take(&hand);
        assert_eq!(
            first.time.as_micros(),
            9,
            "one that was not kept is forgotten"
        );
        first.keep();
        hand.0.store(5, Ordering::SeqCst);
        let second = stamps.take(&hand);
        assert_eq!(second.time, first.time);
        hand.0.store(20, Ordering::SeqCst);
        let third = stamps.take(&hand);
        assert_eq!(third.time.as_micros(), 20);
        drop(first);
        assert_eq!(stamps.earliest(), Some(second.time));
        drop(second);
        assert_eq!(stamps.earliest(), Some(third.time));
        drop(third);
        assert_eq!(stamps.earliest(), None);
    }
}
