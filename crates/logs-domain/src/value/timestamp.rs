//! Points in time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::InvalidValue;

const EXPECTED: &str = "an RFC 3339 time with a zone, in the years 1 to 9999";

/// A point in time: UTC, whole microseconds, in the years 1 to 9999.
///
/// Finer input is floored when the value is made, so that every backend returns what it was
/// given. The JSON form is RFC 3339 with six digits and `Z`: `2026-01-31T09:30:00.000000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00.000000Z
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// The time so many microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`InvalidValue`] outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, InvalidValue> {
        if !(Self::MIN.0..=Self::MAX.0).contains(&micros) {
            let expected = "microseconds since 1970 in the years 1 to 9999";
            return Err(InvalidValue::new("timestamp", micros, expected));
        }
        Ok(Self(micros))
    }

    /// The time of `datetime`, floored to microseconds.
    ///
    /// # Errors
    /// [`InvalidValue`] outside the years 1 to 9999.
    pub fn from_datetime(datetime: DateTime<Utc>) -> Result<Self, InvalidValue> {
        Self::from_micros(datetime.timestamp_micros())
    }

    /// Reads a time in the form of RFC 3339, with its zone, floored to microseconds.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text has another form or the time is outside the years 1 to 9999.
    pub fn parse_rfc3339(text: &str) -> Result<Self, InvalidValue> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|parsed| Self::from_datetime(parsed.to_utc()).ok())
            .ok_or_else(|| InvalidValue::new("timestamp", text, EXPECTED))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The same time as chrono's type.
    #[must_use]
    pub fn to_datetime(self) -> DateTime<Utc> {
        // Every value in range has a datetime; the fallback is never taken.
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The time `micros` microseconds later (earlier when negative), held within
    /// [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add_micros(self, micros: i64) -> Self {
        Self(
            self.0
                .saturating_add(micros)
                .clamp(Self::MIN.0, Self::MAX.0),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}",
            self.to_datetime().format("%Y-%m-%dT%H:%M:%S%.6fZ")
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_rfc3339(text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Timestamp;

    fn micros(text: &str) -> Option<i64> {
        Timestamp::parse_rfc3339(text)
            .ok()
            .map(Timestamp::as_micros)
    }

    #[test]
    fn finer_input_is_floored_also_before_1970() {
        assert_eq!(micros("1970-01-01T00:00:00.0000019Z"), Some(1));
        assert_eq!(micros("1969-12-31T23:59:59.9999999Z"), Some(-1));
        assert_eq!(micros("1969-12-31T23:59:59.9999981Z"), Some(-2));
    }

    #[test]
    fn a_zone_is_needed_and_applied() {
        assert_eq!(micros("1970-01-01T02:00:00+02:00"), Some(0));
        for text in [
            "1970-01-01T00:00:00",
            "1970-01-01",
            "0",
            "",
            "1970-13-01T00:00:00Z",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn the_years_1_to_9999_and_no_other() {
        assert_eq!(
            micros("0001-01-01T00:00:00Z"),
            Some(Timestamp::MIN.as_micros())
        );
        assert_eq!(
            micros("9999-12-31T23:59:59.9999999Z"),
            Some(Timestamp::MAX.as_micros())
        );
        assert_eq!(micros("0000-12-31T23:59:59Z"), None);
        assert_eq!(micros("0001-01-01T00:00:00+00:01"), None);
        assert_eq!(micros("9999-12-31T23:59:59-00:01"), None);
        assert_eq!(micros("10000-01-01T00:00:00Z"), None);
        assert!(Timestamp::from_micros(Timestamp::MAX.as_micros() + 1).is_err());
        assert!(Timestamp::from_micros(Timestamp::MIN.as_micros() - 1).is_err());
    }

    #[test]
    fn json_has_six_digits_and_z() {
        assert_eq!(Timestamp::MIN.to_string(), "0001-01-01T00:00:00.000000Z");
        let json = "\"2026-01-31T09:30:00.000001Z\"";
        let time: Timestamp = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), json);
    }

    #[test]
    fn adding_stays_in_range() {
        assert_eq!(Timestamp::MAX.saturating_add_micros(1), Timestamp::MAX);
        assert_eq!(
            Timestamp::MIN.saturating_add_micros(i64::MIN),
            Timestamp::MIN
        );
        let time = Timestamp::from_micros(5).unwrap();
        assert_eq!(time.saturating_add_micros(-6).as_micros(), -1);
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(
            micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()
        ) {
            let time = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(Timestamp::parse_rfc3339(&time.to_string()).unwrap(), time);
            prop_assert_eq!(Timestamp::from_datetime(time.to_datetime()).unwrap(), time);
        }
    }
}
