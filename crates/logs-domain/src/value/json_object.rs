//! JSON objects whose bytes never change.

mod decimal;
mod parser;
mod plain;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use self::parser::Integers;
use crate::InvalidValue;

const FIELD: &str = "json";

/// A JSON object, kept as the bytes of its canonical form (RFC 8785).
///
/// Two objects are equal if these bytes are. A store returns exactly these bytes. The order of members, the
/// white space and the form of a number do not matter: to RFC 8785, `1.0` and `1` are the same number.
///
/// The type refuses:
///
/// - any value but an object at the top;
/// - NUL in a key or a text, and lone surrogates;
/// - a key twice in one object;
/// - more than [32 levels](Self::MAX_DEPTH);
/// - a canonical form of more than [64 KiB](Self::MAX_BYTES);
/// - numbers that a parser would silently change, as follows.
///
/// These numbers are:
///
/// - integers (digits alone) beyond ±2^53;
/// - numbers with a point or an exponent that the nearest double does not keep. It keeps a number
///   whose canonical form is the same decimal number: `0.1`, `0.30000000000000004`, `1e23`, `1e300`.
///   It keeps a fraction that is its exact value, rounded to as many digits as were written:
///   `0.10000000000000001`, as C's `%.17g` writes 0.1. It does not keep `9007199254740993.0`,
///   `1152921504606846976.0` (whose canonical form is `1152921504606847000`),
///   `123456789012345678.5`, `0.1234567890123456789` or `1e-400`. Send those as texts.
///
/// An error shows the text from the refused byte on. It counts bytes from 0.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonObject(Box<str>);

impl JsonObject {
    /// The most bytes of the canonical form.
    pub const MAX_BYTES: usize = 64 * 1024;
    /// The most levels; the object itself is the first.
    pub const MAX_DEPTH: usize = 32;

    /// Reads what a producer wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `json`, saying what is refused and at which byte.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        if plain::is_canonical(text) {
            return Ok(Self(text.into()));
        }
        Self::canonical(text, parser::parse(text, Integers::UpTo53Bits)?)
    }

    /// Takes what a store kept: text that is canonical already.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `json` when the text is not byte for byte the canonical form of
    /// an object that [`parse`](Self::parse) accepts.
    pub fn from_canonical(text: &str) -> Result<Self, InvalidValue> {
        if plain::is_canonical(text) {
            return Ok(Self(text.into()));
        }
        let object = Self::reread(text)?;
        if object.as_str() == text {
            return Ok(object);
        }
        Err(InvalidValue::new(
            FIELD,
            text,
            "the canonical form (RFC 8785) of a JSON object",
        ))
    }

    /// Takes a value of serde_json's type.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); bytes are counted in the value's text without white space.
    pub fn from_value(value: &Value) -> Result<Self, InvalidValue> {
        // Writing a value recurses without a limit, so the depth is checked before.
        if !fits_levels(value, Self::MAX_DEPTH) {
            return Err(InvalidValue::new(
                FIELD,
                "deeper",
                parser::AT_MOST_32_LEVELS,
            ));
        }
        // The text of a float is never that of an integer here, so `parse` sees what was meant.
        Self::parse(&value.to_string())
    }

    /// The canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bytes of the canonical form.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The object as serde_json's type, for reading: whole numbers up to ±2^53 as integers, all
    /// others as doubles, so that [`from_value`](Self::from_value) gives the object back.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // serde_json's own reader takes an object whose first key is one of its private names
        // for something else, and would show members that are not there. The own reader has read
        // this text's value before, so it refuses nothing here.
        parser::parse(&self.0, Integers::UpTo53BitsOrCanonical).unwrap_or(Value::Null)
    }

    /// The member `key` at the top, when it is a text.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<String> {
        let value = self.to_value();
        value.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    /// Reads text that came from a canonical form, perhaps with other white space: a double from
    /// 2^53 on is canonically written as an integer, which no producer may write.
    fn reread(text: &str) -> Result<Self, InvalidValue> {
        Self::canonical(text, parser::parse(text, Integers::UpTo53BitsOrCanonical)?)
    }

    fn canonical(text: &str, value: Value) -> Result<Self, InvalidValue> {
        let refused = |expected: String| InvalidValue::new(FIELD, text, expected);
        let canonical = serde_json_canonicalizer::to_string(&value)
            .map_err(|error| refused(format!("JSON with a canonical form ({error})")))?;
        if canonical.len() > Self::MAX_BYTES {
            let (most, found) = (Self::MAX_BYTES, canonical.len());
            return Err(refused(format!(
                "at most {most} bytes in canonical form, not {found}"
            )));
        }
        Ok(Self(canonical.into_boxed_str()))
    }
}

/// Whether `value` nests at most `levels` deep; looks no deeper than that.
fn fits_levels(value: &Value, levels: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => levels
            .checked_sub(1)
            .is_some_and(|below| items.iter().all(|item| fits_levels(item, below))),
        Value::Object(members) => levels
            .checked_sub(1)
            .is_some_and(|below| members.values().all(|member| fits_levels(member, below))),
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for JsonObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for JsonObject {
    /// Writes the canonical bytes as they are; made for serde_json's writers of text. Use
    /// [`to_value`](Self::to_value), not `serde_json::to_value`, which misreads an object whose
    /// first key is one of serde_json's private names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    /// Reads what [`parse`](Self::parse) reads, and what a canonical form is rewritten to by
    /// programs that change white space; made for serde_json.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::reread(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
