//! Times as other systems write them.

use std::fmt::Write;
use std::str::FromStr;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use logs_domain::{InvalidValue, Timestamp};

use super::decimal::expanded;

/// A form of times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// RFC 3339, which always has a zone.
    Rfc3339,
    /// So many nanoseconds are one unit of a number since 1970.
    Unit(i128),
    /// A pattern of strftime.
    Pattern(String),
}

/// Where times without a zone were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Fixed(FixedOffset),
    Named(Tz),
}

/// A time, and whether its zone came from the map.
pub(super) type Read = (Timestamp, bool);

/// Why a text is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has another form, or is beyond the times of a record. What was expected.
    Form(String),
    /// It has the form, but is no time in the zone. What was expected.
    Zone(String),
}

impl Unread {
    pub(super) fn expected(&self) -> &str {
        match self {
            Self::Form(expected) | Self::Zone(expected) => expected,
        }
    }
}

impl Form {
    /// Takes the name of a form, or a pattern.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        Ok(match text {
            "rfc3339" => Self::Rfc3339,
            "s" => Self::Unit(1_000_000_000),
            "ms" => Self::Unit(1_000_000),
            "us" => Self::Unit(1_000),
            "ns" => Self::Unit(1),
            _ if !text.contains('%') => {
                return Err(
                    "rfc3339, s, ms, us, ns or a pattern such as %Y-%m-%d %H:%M:%S%.f".into(),
                );
            }
            _ if text.contains("%Z") => {
                return Err(
                    "a pattern without %Z, because the name of a zone says no offset: \
                            use %z, or name the zone as the second argument of time"
                        .into(),
                );
            }
            pattern => {
                // As Python writes a fraction.
                let pattern = pattern.replace(".%f", "%.f");
                if pattern.contains("%f") {
                    return Err("%.f for a fraction with its point, or %3f, %6f, %9f".into());
                }
                Self::Pattern(pattern)
            }
        })
    }

    /// Whether any time can have the form.
    pub(super) fn check(&self) -> Result<(), String> {
        let Self::Pattern(pattern) = self else {
            return Ok(());
        };
        // This offset is for reading alone.
        let pattern = pattern.replace("%#z", "%z");
        let items: Vec<Item<'_>> = StrftimeItems::new(&pattern).collect();
        if items.contains(&Item::Error) {
            return Err("a pattern of strftime".into());
        }
        let sample = DateTime::parse_from_rfc3339("2004-11-23T16:35:46.789+01:00");
        let sample = sample.map_err(|error| error.to_string())?;
        let mut written = String::new();
        write!(written, "{}", sample.format_with_items(items.iter()))
            .map_err(|_| "a pattern of strftime")?;
        let utc = FixedOffset::east_opt(0).map(Zone::Fixed);
        match self.read(&written, utc.as_ref()) {
            Ok(_) => Ok(()),
            Err(_) => Err("a pattern with a date and a time of day".into()),
        }
    }

    /// Reads a time.
    pub(super) fn read(&self, text: &str, zone: Option<&Zone>) -> Result<Read, Unread> {
        let unread = |error: &InvalidValue| Unread::Form(error.expected().to_owned());
        match self {
            Self::Rfc3339 => Timestamp::parse_rfc3339(text)
                .map(|time| (time, false))
                .map_err(|error| unread(&error)),
            Self::Unit(nanos) => {
                let units = decimal_nanos(text, *nanos)
                    .ok_or_else(|| Unread::Form("a number since 1970".into()))?;
                let micros = i64::try_from(units.div_euclid(1_000)).unwrap_or(i64::MAX);
                Timestamp::from_micros(micros)
                    .map(|time| (time, false))
                    .map_err(|error| unread(&error))
            }
            Self::Pattern(pattern) => with_pattern(text, pattern, zone),
        }
    }

    /// The form in messages.
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Rfc3339 => "2026-01-31T12:00:00Z",
            Self::Unit(1_000_000_000) => "seconds since 1970",
            Self::Unit(1_000_000) => "milliseconds since 1970",
            Self::Unit(1_000) => "microseconds since 1970",
            Self::Unit(_) => "nanoseconds since 1970",
            Self::Pattern(pattern) => pattern,
        }
    }
}

fn with_pattern(text: &str, pattern: &str, zone: Option<&Zone>) -> Result<Read, Unread> {
    let unlike = || Unread::Form(format!("a time like {pattern}"));
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(pattern)).map_err(|_| unlike())?;
    let checked = |time: DateTime<Utc>| {
        Timestamp::from_datetime(time).map_err(|error| Unread::Form(error.expected().to_owned()))
    };
    if let Ok(time) = parsed.to_datetime() {
        return Ok((checked(time.to_utc())?, false));
    }
    let time = parsed
        .to_naive_datetime_with_offset(0)
        .map_err(|_| unlike())?;
    let Some(zone) = zone else {
        let expected =
            "a time with a zone: name the zone of the source as the second argument of time";
        return Err(Unread::Zone(expected.into()));
    };
    Ok((checked(zone.place(time).map_err(Unread::Zone)?)?, true))
}

impl Zone {
    fn place(&self, time: NaiveDateTime) -> Result<DateTime<Utc>, String> {
        let (placed, name) = match self {
            Self::Fixed(offset) => (utc(offset.from_local_datetime(&time)), offset.to_string()),
            Self::Named(zone) => (utc(zone.from_local_datetime(&time)), zone.to_string()),
        };
        match placed {
            LocalResult::Single(time) => Ok(time),
            LocalResult::None => Err(format!(
                "a time that exists in {name}: its clocks skip this hour"
            )),
            LocalResult::Ambiguous(..) => Err(format!(
                "a time that occurs once in {name}: its clocks repeat this hour"
            )),
        }
    }
}

fn utc<Z: TimeZone>(found: LocalResult<DateTime<Z>>) -> LocalResult<DateTime<Utc>> {
    found.map(|time| time.to_utc())
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "Z" {
            return Ok(Self::Named(Tz::UTC));
        }
        if let Ok(offset) = text.parse() {
            return Ok(Self::Fixed(offset));
        }
        let expected = "UTC, an offset such as +02:00, or an IANA zone such as Europe/Berlin";
        text.parse().map(Self::Named).map_err(|_| expected.into())
    }
}

/// A decimal number of units as whole nanoseconds, floored.
fn decimal_nanos(text: &str, nanos_per_unit: i128) -> Option<i128> {
    let plain = expanded(text)?;
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() > 20 {
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
    use super::Form;

    fn shown(text: &str, form: &str, zone: &str) -> String {
        let zone = (!zone.is_empty()).then(|| zone.parse().unwrap());
        match Form::new(form).unwrap().read(text, zone.as_ref()) {
            Ok((time, by_zone)) => format!("{time} {by_zone}"),
            Err(why) => why.expected().to_owned(),
        }
    }

    #[test]
    fn a_pattern_needs_a_zone_from_somewhere() {
        let form = "%Y-%m-%d %H:%M:%S%.f";
        let text = "2023-11-16 18:17:03.9799609";
        assert_eq!(shown(text, form, "UTC"), "2023-11-16T18:17:03.979960Z true");
        assert_eq!(
            shown(text, form, "+02:00"),
            "2023-11-16T16:17:03.979960Z true"
        );
        assert!(shown(text, form, "").contains("name the zone"));
        let zoned = "%d/%m/%Y %H:%M:%S %z";
        let time = shown("01/02/2023 03:04:05 +0100", zoned, "Asia/Tokyo");
        assert_eq!(time, "2023-02-01T02:04:05.000000Z false");
    }

    #[test]
    fn a_zone_with_summer_time_has_hours_that_are_no_times() {
        let read = |text: &str| shown(text, "%Y-%m-%d %H:%M:%S", "Europe/Berlin");
        assert_eq!(
            read("2026-01-15 12:00:00"),
            "2026-01-15T11:00:00.000000Z true"
        );
        assert_eq!(
            read("2026-07-15 12:00:00"),
            "2026-07-15T10:00:00.000000Z true"
        );
        assert!(read("2026-10-25 02:30:00").contains("occurs once"));
        assert!(read("2026-03-29 02:30:00").contains("exists"));
    }

    #[test]
    fn the_fraction_of_python_is_a_fraction() {
        let form = "%Y-%m-%d %H:%M:%S.%f";
        for (text, time) in [
            ("2026-01-24 09:20:46.5", "2026-01-24T09:20:46.500000Z true"),
            (
                "2026-01-24 09:20:46.847371",
                "2026-01-24T09:20:46.847371Z true",
            ),
        ] {
            assert_eq!(shown(text, form, "UTC"), time);
        }
        assert!(Form::new("%H:%M:%S,%f").unwrap_err().contains("%3f"));
        let comma = shown("2026-01-24 09:20:46,847", "%Y-%m-%d %H:%M:%S,%3f", "UTC");
        assert_eq!(comma, "2026-01-24T09:20:46.847000Z true");
    }

    #[test]
    fn a_pattern_that_makes_no_time_is_found_without_a_record() {
        for form in [
            "%Y-%m-%d",
            "%H:%M:%S",
            "%Y-%m-%d %I:%M:%S",
            "%Y-%m-%d %Q",
            "%m-%d %H:%M",
            "%",
        ] {
            assert!(Form::new(form).unwrap().check().is_err(), "{form}");
        }
        for form in [
            "%Y-%m-%d %H:%M",
            "%m/%d/%Y %I:%M:%S %p",
            "%d %b %y %T%.f %:z",
            "%a %b %e %H:%M:%S %Y",
            "%F %T%.f%#z",
            "%s",
            "rfc3339",
            "ns",
        ] {
            assert_eq!(Form::new(form).unwrap().check(), Ok(()), "{form}");
        }
        assert!(Form::new("%Y %Z").unwrap_err().contains("%z"));
        assert!(Form::new("minutes").is_err());
    }

    #[test]
    fn numbers_count_from_1970() {
        assert_eq!(shown("1500", "ms", ""), "1970-01-01T00:00:01.500000Z false");
        assert_eq!(
            shown("-0.001", "ms", ""),
            "1969-12-31T23:59:59.999999Z false"
        );
        assert_eq!(
            shown("1.0000019", "s", ""),
            "1970-01-01T00:00:01.000001Z false"
        );
        assert_eq!(
            shown("1.7672256e9", "s", ""),
            "2026-01-01T00:00:00.000000Z false"
        );
        assert_eq!(
            shown("1767225600123456789", "ns", ""),
            "2026-01-01T00:00:00.123456Z false"
        );
    }

    #[test]
    fn what_is_no_time_here_is_refused() {
        for text in [
            "",
            "x",
            "1e99",
            "1,5",
            "99999999999999999999",
            "253402300800",
        ] {
            assert!(!shown(text, "s", "").ends_with("false"), "{text}");
        }
        for text in ["2023-11-16T18:17:03", "10000-01-01T00:00:00Z"] {
            assert!(!shown(text, "rfc3339", "UTC").ends_with("false"), "{text}");
        }
        for text in ["+10000-01-01 00:00:00", "0000-01-01 00:00:00"] {
            assert!(
                !shown(text, "%Y-%m-%d %H:%M:%S", "UTC").ends_with("true"),
                "{text}"
            );
        }
        assert!("Mars/Olympus".parse::<super::Zone>().is_err());
    }
}
