//! Formats of times in sources.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use logs_domain::{InvalidValue, Timestamp};
use serde::{Deserialize, Deserializer};

/// The format of times in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeForm {
    /// RFC 3339, with a zone.
    Rfc3339,
    /// A number of units since 1970, or since the origin, with the nanoseconds of a unit.
    Unit(i128),
    /// A pattern of chrono. Without a zone in it, the mapping names the zone.
    Pattern(String),
}

impl<'de> Deserialize<'de> for TimeForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(match text.as_str() {
            "rfc3339" => Self::Rfc3339,
            "s" => Self::Unit(1_000_000_000),
            "ms" => Self::Unit(1_000_000),
            "us" => Self::Unit(1_000),
            "ns" => Self::Unit(1),
            pattern if pattern.contains('%') => Self::Pattern(text),
            _ => {
                let expected = "rfc3339, s, ms, us, ns or a pattern such as %Y-%m-%d %H:%M:%S%.f";
                let error = InvalidValue::new("time", text, expected);
                return Err(serde::de::Error::custom(error));
            }
        })
    }
}

/// The zone of times without one: `UTC` or an offset such as `+02:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Zone(FixedOffset);

impl FromStr for Zone {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let offset = match text {
            "UTC" | "Z" => "+00:00",
            offset => offset,
        };
        let refused = |_| InvalidValue::new("zone", text, "UTC, or an offset such as +02:00");
        offset.parse().map(Self).map_err(refused)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Parses a time. `zone` and `origin` are claims of the mapping, for values that the source lacks.
pub(super) fn read(
    text: &str,
    form: &TimeForm,
    zone: Option<Zone>,
    origin: Option<Timestamp>,
) -> Result<Timestamp, InvalidValue> {
    match form {
        TimeForm::Rfc3339 => Timestamp::parse_rfc3339(text),
        TimeForm::Unit(nanos) => {
            let origin = origin.map_or(0, Timestamp::as_micros);
            let expected = "a number in the unit s, ms, us or ns";
            let units = decimal_nanos(text, *nanos)
                .ok_or_else(|| InvalidValue::new("time", text, expected))?;
            let micros = i128::from(origin) + units.div_euclid(1_000);
            let micros = i64::try_from(micros).unwrap_or(i64::MAX);
            Timestamp::from_micros(micros)
                .map_err(|error| InvalidValue::new("time", text, error.expected().to_owned()))
        }
        TimeForm::Pattern(pattern) => with_pattern(text, pattern, zone),
    }
}

fn with_pattern(text: &str, pattern: &str, zone: Option<Zone>) -> Result<Timestamp, InvalidValue> {
    let refused = |expected: String| InvalidValue::new("time", text, expected);
    if let Ok(time) = DateTime::parse_from_str(text, pattern) {
        return Timestamp::from_datetime(time.to_utc());
    }
    let Ok(time) = NaiveDateTime::parse_from_str(text, pattern) else {
        return Err(refused(format!("a time like {pattern}")));
    };
    let Some(Zone(offset)) = zone else {
        return Err(refused(
            "a time with a zone; name the zone of the source in the mapping".into(),
        ));
    };
    let time = time.and_local_timezone(offset).single();
    let time = time.ok_or_else(|| refused("a time in the years 1 to 9999".into()))?;
    Timestamp::from_datetime(time.to_utc())
}

/// A decimal number of units as whole nanoseconds, floored.
fn decimal_nanos(text: &str, nanos_per_unit: i128) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let fraction = fraction.get(..fraction.len().min(9)).unwrap_or(fraction);
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let part = if fraction.is_empty() {
        0
    } else {
        fraction.parse::<i128>().ok()?
    };
    let scaled = (whole.parse::<i128>().ok()? * scale + part) * nanos_per_unit;
    let scaled = if negative { -scaled } else { scaled };
    Some(scaled.div_euclid(scale))
}

#[cfg(test)]
mod tests {
    use super::{TimeForm, Zone, read};

    fn shown(text: &str, form: &TimeForm, zone: Option<&str>, origin: Option<&str>) -> String {
        let zone = zone.map(|zone| zone.parse().unwrap());
        let origin = origin.map(|origin| origin.parse().unwrap());
        match read(text, form, zone, origin) {
            Ok(time) => time.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_pattern_needs_a_zone_from_somewhere() {
        let form = TimeForm::Pattern("%Y-%m-%d %H:%M:%S%.f".into());
        let text = "2023-11-16 18:17:03.9799609";
        assert_eq!(
            shown(text, &form, Some("UTC"), None),
            "2023-11-16T18:17:03.979960Z"
        );
        assert_eq!(
            shown(text, &form, Some("+02:00"), None),
            "2023-11-16T16:17:03.979960Z"
        );
        assert!(shown(text, &form, None, None).contains("name the zone"));
        let unknown = "CET".parse::<Zone>().unwrap_err();
        assert!(unknown.to_string().contains("+02:00"), "{unknown}");
        let zoned = TimeForm::Pattern("%d/%m/%Y %H:%M:%S %z".into());
        let time = shown("01/02/2023 03:04:05 +0100", &zoned, None, None);
        assert_eq!(time, "2023-02-01T02:04:05.000000Z");
    }

    #[test]
    fn numbers_count_from_1970_or_from_the_origin() {
        let ms = TimeForm::Unit(1_000_000);
        assert_eq!(
            shown("1500", &ms, None, None),
            "1970-01-01T00:00:01.500000Z"
        );
        assert_eq!(
            shown("-0.001", &ms, None, None),
            "1969-12-31T23:59:59.999999Z"
        );
        let origin = Some("2024-01-01T00:00:00Z");
        assert_eq!(
            shown("27", &ms, None, origin),
            "2024-01-01T00:00:00.027000Z"
        );
        let s = TimeForm::Unit(1_000_000_000);
        assert_eq!(
            shown("1.0000019", &s, None, None),
            "1970-01-01T00:00:01.000001Z"
        );
    }

    #[test]
    fn what_is_no_time_here_is_refused() {
        let s = TimeForm::Unit(1_000_000_000);
        for text in [
            "",
            "x",
            "1e9",
            "1,5",
            "99999999999999999999",
            "253402300800",
        ] {
            assert!(read(text, &s, None, None).is_err(), "{text}");
        }
        for text in ["2023-11-16T18:17:03", "10000-01-01T00:00:00Z"] {
            assert!(
                read(text, &TimeForm::Rfc3339, None, None).is_err(),
                "{text}"
            );
        }
        let form = TimeForm::Pattern("%Y-%m-%d %H:%M:%S".into());
        let utc = Some("UTC".parse().unwrap());
        assert!(read("+10000-01-01 00:00:00", &form, utc, None).is_err());
        assert!(read("0000-01-01 00:00:00", &form, utc, None).is_err());
    }
}
