//! Numbers and enumerations.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What stands in the place of a number.
pub(super) enum Scalar {
    Integer(i128),
    Double(f64),
    Text(String),
    Bool(bool),
    /// Null, a list or an object.
    Other,
}

impl Scalar {
    /// A whole number, in digits or as a double without a fraction.
    pub(super) fn integer(&self) -> Option<i128> {
        match self {
            Self::Integer(integer) => Some(*integer),
            Self::Double(double) if double.fract() == 0.0 && double.abs() < 1e19 => {
                Some(*double as i128)
            }
            Self::Text(text) => text.trim().parse().ok(),
            Self::Double(_) | Self::Bool(_) | Self::Other => None,
        }
    }
}

/// An unsigned number or its text; 0 for anything else.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let scalar = scalar(deserializer)?;
    Ok(scalar
        .integer()
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or_default())
}

pub(crate) fn span_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let names = [
        "UNSPECIFIED",
        "INTERNAL",
        "SERVER",
        "CLIENT",
        "PRODUCER",
        "CONSUMER",
    ];
    enumeration(deserializer, "SPAN_KIND_", |word| {
        names.iter().position(|name| *name == word)
    })
}

pub(crate) fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(deserializer, "STATUS_CODE_", |word| {
        ["UNSET", "OK", "ERROR"]
            .iter()
            .position(|name| *name == word)
    })
}

pub(crate) fn severity_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let names = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    // Each severity has four numbers: INFO, INFO2, INFO3 and INFO4 are 9 to 12.
    enumeration(deserializer, "SEVERITY_NUMBER_", |word| {
        let name = word.trim_end_matches(['2', '3', '4']);
        let place = names.iter().position(|known| *known == name)?;
        let within = match word.strip_prefix(name)? {
            "" => 0,
            digit => digit.parse::<usize>().ok()?.checked_sub(1)?,
        };
        (within < 4).then_some(place * 4 + within + 1)
    })
}

/// The number of an enumeration, or its name with the prefix; 0 for anything else.
fn enumeration<'de, D: Deserializer<'de>>(
    deserializer: D,
    prefix: &str,
    named: impl FnOnce(&str) -> Option<usize>,
) -> Result<i32, D::Error> {
    let scalar = scalar(deserializer)?;
    let number = match &scalar {
        Scalar::Text(text) => match text.strip_prefix(prefix) {
            Some(word) => named(word).and_then(|place| i32::try_from(place).ok()),
            None => text.parse().ok(),
        },
        Scalar::Integer(_) | Scalar::Double(_) | Scalar::Bool(_) | Scalar::Other => scalar
            .integer()
            .and_then(|number| i32::try_from(number).ok()),
    };
    Ok(number.unwrap_or_default())
}

pub(super) fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
    deserializer.deserialize_any(AnyScalar)
}

struct AnyScalar;

impl<'de> Visitor<'de> for AnyScalar {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, or a number in a text")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Double(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
