//! Record times. They never decrease within a store. The store knows those of appends in flight.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use logs_domain::{Clock, Timestamp};

/// The record times of a store.
#[derive(Debug, Default)]
pub(crate) struct Timestamps(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The latest time of an append that stored a record, or of a settled time.
    latest: Option<Timestamp>,
    /// The number of appends in flight for each time.
    in_flight: BTreeMap<Timestamp, usize>,
}

impl Timestamps {
    /// The time now, never earlier than a committed one. It counts as in flight until the caller
    /// drops it.
    pub(crate) fn allocate(&self, clock: &dyn Clock) -> Allocated<'_> {
        let mut state = self.lock();
        let now = clock.now();
        let time = state.latest.map_or(now, |latest| latest.max(now));
        *state.in_flight.entry(time).or_default() += 1;
        Allocated {
            timestamps: self,
            time,
        }
    }

    /// The earliest time of the appends in flight.
    pub(crate) fn oldest_in_flight(&self) -> Option<Timestamp> {
        self.lock().in_flight.keys().next().copied()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An allocated record time.
#[derive(Debug)]
pub(crate) struct Allocated<'a> {
    timestamps: &'a Timestamps,
    pub(crate) time: Timestamp,
}

impl Allocated<'_> {
    /// Ensures that later times are not earlier than this one.
    pub(crate) fn commit(&self) {
        let mut state = self.timestamps.lock();
        state.latest = state.latest.max(Some(self.time));
    }
}

impl Drop for Allocated<'_> {
    fn drop(&mut self) {
        let mut state = self.timestamps.lock();
        if let Some(count) = state.in_flight.get_mut(&self.time) {
            *count -= 1;
            if *count == 0 {
                state.in_flight.remove(&self.time);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use logs_domain::{Clock, Timestamp};

    use super::Timestamps;

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
    fn times_do_not_decrease_and_the_oldest_in_flight_is_known() {
        let hand = Hand(AtomicI64::new(10));
        let timestamps = Timestamps::default();
        drop(timestamps.allocate(&hand));
        hand.0.store(9, Ordering::SeqCst);
        let first = timestamps.allocate(&hand);
        assert_eq!(
            first.time.as_micros(),
            9,
            "one that was not committed is forgotten"
        );
        first.commit();
        hand.0.store(5, Ordering::SeqCst);
        let second = timestamps.allocate(&hand);
        assert_eq!(second.time, first.time);
        hand.0.store(20, Ordering::SeqCst);
        let third = timestamps.allocate(&hand);
        assert_eq!(third.time.as_micros(), 20);
        drop(first);
        assert_eq!(timestamps.oldest_in_flight(), Some(second.time));
        drop(second);
        assert_eq!(timestamps.oldest_in_flight(), Some(third.time));
        drop(third);
        assert_eq!(timestamps.oldest_in_flight(), None);
    }
}
