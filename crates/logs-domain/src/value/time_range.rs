//! Spans of time.

use serde::{Deserialize, Deserializer, Serialize};

use crate::digest::FieldSink;
use crate::{InvalidValue, Timestamp};

/// A half-open span of time `[from, to)`; either end may be open. The default has both open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct TimeRange {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self {
        from: None,
        to: None,
    };

    /// From `from` (included) to `to` (excluded). An equal pair holds nothing.
    ///
    /// # Errors
    /// [`InvalidValue`] when `from` is after `to`.
    pub fn new(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Self, InvalidValue> {
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let expected = format!("a time that is not after the end, {to}");
            return Err(InvalidValue::new("from", from, expected));
        }
        Ok(Self { from, to })
    }

    /// From `from` (included) to `to` (excluded).
    ///
    /// # Errors
    /// [`InvalidValue`] when `from` is after `to`.
    pub fn between(from: Timestamp, to: Timestamp) -> Result<Self, InvalidValue> {
        Self::new(Some(from), Some(to))
    }

    /// From `from` (included) on.
    #[must_use]
    pub const fn since(from: Timestamp) -> Self {
        Self {
            from: Some(from),
            to: None,
        }
    }

    /// Everything before `to` (excluded).
    #[must_use]
    pub const fn before(to: Timestamp) -> Self {
        Self {
            from: None,
            to: Some(to),
        }
    }

    /// The first time that is within, if that end is closed.
    #[must_use]
    pub const fn from(&self) -> Option<Timestamp> {
        self.from
    }

    /// The first time that is no longer within, if that end is closed.
    #[must_use]
    pub const fn to(&self) -> Option<Timestamp> {
        self.to
    }

    /// Whether `time` is within.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }

    pub(crate) fn write_to(
        &self,
        sink: &mut impl FieldSink,
        from_name: &'static str,
        to_name: &'static str,
    ) {
        sink.optional_integer(from_name, self.from.map(Timestamp::as_micros));
        sink.optional_integer(to_name, self.to.map(Timestamp::as_micros));
    }
}

impl<'de> Deserialize<'de> for TimeRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Ends {
            from: Option<Timestamp>,
            to: Option<Timestamp>,
        }
        let ends = Ends::deserialize(deserializer)?;
        Self::new(ends.from, ends.to).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::TimeRange;
    use crate::Timestamp;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    #[test]
    fn the_start_is_within_and_the_end_is_not() {
        let range = TimeRange::between(at(10), at(20)).unwrap();
        let within: Vec<i64> = (0..30)
            .filter(|micros| range.contains(at(*micros)))
            .collect();
        assert_eq!(within, (10..20).collect::<Vec<_>>());
    }

    #[test]
    fn open_ends_hold_everything_on_their_side() {
        assert!(TimeRange::ALL.contains(Timestamp::MIN) && TimeRange::ALL.contains(Timestamp::MAX));
        assert!(
            TimeRange::since(at(5)).contains(at(5)) && !TimeRange::since(at(5)).contains(at(4))
        );
        assert!(
            TimeRange::before(at(5)).contains(at(4)) && !TimeRange::before(at(5)).contains(at(5))
        );
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused_and_an_empty_one_is_not() {
        assert!(TimeRange::between(at(2), at(1)).is_err());
        assert!(!TimeRange::between(at(1), at(1)).unwrap().contains(at(1)));
        let json = r#"{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}"#;
        assert!(serde_json::from_str::<TimeRange>(json).is_err());
    }
}
