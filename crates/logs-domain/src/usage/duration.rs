//! How long runs took.

use std::ops::AddAssign;

use serde::Serialize;

use crate::LlmRunSnapshot;

/// The upper bounds of the buckets of durations, in microseconds; each belongs to its bucket. These are
/// the bounds that OpenTelemetry advises for `gen_ai.client.operation.duration`: 0.01 s, and twice as
/// much each time, up to 81.92 s.
pub const DURATION_BOUNDS_MICROS: [i64; 14] = [
    10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000, 2_560_000, 5_120_000,
    10_240_000, 20_480_000, 40_960_000, 81_920_000,
];

/// How many runs took how long, from `started_at` to `completed_at`. Histograms add up, percentiles do
/// not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DurationHistogram {
    /// Runs by [`DURATION_BOUNDS_MICROS`]: the first bucket ends with the first bound, and the last
    /// holds what took longer than the last bound.
    #[serde(rename = "duration_buckets")]
    pub buckets: [u64; DURATION_BOUNDS_MICROS.len() + 1],
    /// Runs whose end is unknown, or before their start.
    #[serde(rename = "unknown_duration_runs")]
    pub unknown_runs: u64,
}

impl DurationHistogram {
    /// The bucket of a duration, `None` when it is negative.
    #[must_use]
    pub fn bucket(micros: i64) -> Option<usize> {
        (micros >= 0).then(|| DURATION_BOUNDS_MICROS.partition_point(|bound| *bound < micros))
    }

    /// Counts so many runs in a bucket; those of `None`, and of a bucket that is none, are unknown.
    pub fn count(&mut self, bucket: Option<usize>, runs: u64) {
        match bucket.and_then(|bucket| self.buckets.get_mut(bucket)) {
            Some(count) => *count += runs,
            None => self.unknown_runs += runs,
        }
    }

    /// That of one run.
    #[must_use]
    pub fn of(run: &LlmRunSnapshot) -> Self {
        let started = run.started_at.as_micros();
        // Both are in the years 1 to 9999, so that the difference is in range.
        let took = run.completed_at.map(|end| end.as_micros() - started);
        let mut histogram = Self::default();
        histogram.count(took.and_then(Self::bucket), 1);
        histogram
    }
}

impl AddAssign for DurationHistogram {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.buckets.iter_mut().zip(other.buckets) {
            *count += more;
        }
        self.unknown_runs += other.unknown_runs;
    }
}

#[cfg(test)]
mod tests {
    use super::{DURATION_BOUNDS_MICROS, DurationHistogram};

    #[test]
    fn each_bound_belongs_to_the_bucket_that_it_ends() {
        assert_eq!(DurationHistogram::bucket(-1), None);
        assert_eq!(DurationHistogram::bucket(0), Some(0));
        for (place, bound) in DURATION_BOUNDS_MICROS.into_iter().enumerate() {
            assert_eq!(DurationHistogram::bucket(bound), Some(place));
            assert_eq!(DurationHistogram::bucket(bound + 1), Some(place + 1));
        }
        assert_eq!(DurationHistogram::bucket(i64::MAX), Some(14));
    }

    #[test]
    fn each_bound_is_twice_the_one_before() {
        let seconds = DURATION_BOUNDS_MICROS.map(|bound| bound as f64 / 1e6);
        assert_eq!(seconds[0], 0.01);
        assert_eq!(seconds[13], 81.92);
        assert!(
            DURATION_BOUNDS_MICROS
                .windows(2)
                .all(|pair| pair[1] == 2 * pair[0])
        );
    }
}
