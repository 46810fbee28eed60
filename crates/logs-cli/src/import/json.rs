//! JSON as in the source: numbers keep their digits, and no name occurs twice in an object.
//!
//! The usual types silently round large integers, and keep one of two members with the same name.
//! Evidence must not change like that.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use logs_domain::{InvalidValue, JsonObject};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The largest depth of nested arrays and objects.
pub(super) const DEEPEST: usize = 128;

/// The most values in a record: arrays, objects and their content.
pub(super) const MOST_VALUES: usize = 1_000_000;

/// A JSON value as in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value.
    ///
    /// # Errors
    /// [`InvalidValue`] of field `json` with the expectation and the position.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidValue> {
        serde_json::from_str(text)
            .map_err(|error| InvalidValue::new("json", text, format!("valid JSON ({error})")))
    }

    /// The member with this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Array(_) => None,
        }
    }

    /// The text for a field: of a text, a number or a flag; `None` for null and for empty text.
    pub(crate) fn scalar(&self) -> Option<String> {
        self.scalar_text().map(Cow::into_owned)
    }

    /// The same, borrowed.
    pub(crate) fn scalar_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Bool(flag) => Some(flag.to_string().into()),
            Self::Number(text) | Self::Text(text) if !text.is_empty() => Some(text.into()),
            Self::Null | Self::Number(_) | Self::Text(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// A copy for an object of a draft; `None` if it exceeds every object. The check needs no copy.
    pub(crate) fn small_copy(&self) -> Option<Self> {
        self.take_from(JsonObject::MAX_BYTES)?;
        Some(self.clone())
    }

    /// The number of remaining bytes after the value, if it fits.
    fn take_from(&self, left: usize) -> Option<usize> {
        match self {
            Self::Null | Self::Bool(_) => left.checked_sub(4),
            Self::Number(text) | Self::Text(text) => left.checked_sub(text.len()),
            Self::Array(items) => items
                .iter()
                .try_fold(left.checked_sub(2)?, |left, item| item.take_from(left)),
            Self::Object(members) => members
                .iter()
                .try_fold(left.checked_sub(2)?, |left, (name, value)| {
                    value.take_from(left.checked_sub(name.len() + 3)?)
                }),
        }
    }

    /// The same value, with text for every number that a double would change: integers beyond
    /// ±2^53, and numbers with more digits than a double keeps.
    pub(crate) fn changed_numbers_as_text(self) -> Self {
        match self {
            Self::Number(digits) if is_changed(&digits) => Self::Text(digits),
            Self::Array(items) => Self::Array(
                items
                    .into_iter()
                    .map(Self::changed_numbers_as_text)
                    .collect(),
            ),
            Self::Object(members) => {
                let as_text =
                    |(name, value): (String, Self)| (name, value.changed_numbers_as_text());
                Self::Object(members.into_iter().map(as_text).collect())
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => self,
        }
    }
}

/// Whether a double would change a number, so that objects refuse it.
fn is_changed(digits: &str) -> bool {
    JsonObject::parse(&format!("{{\"n\":{digits}}}")).is_err()
}

impl fmt::Display for Json {
    /// Compact JSON, with the digits of the source.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(flag) => write!(formatter, "{flag}"),
            Self::Number(digits) => formatter.write_str(digits),
            Self::Text(text) => write_text(formatter, text),
            Self::Array(items) => {
                formatter.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(formatter, "{comma}{item}")?;
                }
                formatter.write_str("]")
            }
            Self::Object(members) => {
                formatter.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    formatter.write_str(if place == 0 { "" } else { "," })?;
                    write_text(formatter, name)?;
                    write!(formatter, ":{value}")?;
                }
                formatter.write_str("}")
            }
        }
    }
}

fn write_text(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quoted = serde_json::to_string(text).map_err(|_| fmt::Error)?;
    formatter.write_str(&quoted)
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Values::default().deserialize(deserializer)
    }
}

/// The number of values that a record may still have. The smallest take two bytes in a source and
/// fifty in memory, so both their number and their bytes are limited.
pub(crate) struct Values {
    left: usize,
}

impl Default for Values {
    fn default() -> Self {
        Self { left: MOST_VALUES }
    }
}

/// Reads one value, and counts its values.
impl<'de> DeserializeSeed<'de> for &mut Values {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        from_raw(&raw, DEEPEST, self).map_err(D::Error::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Values {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Json, D::Error> {
        DeserializeSeed::deserialize(&mut self, deserializer)
    }
}

/// Only the raw form keeps the digits of a number. Each level has its own parser, so this counts
/// the depth.
fn from_raw(raw: &RawValue, levels: usize, values: &mut Values) -> Result<Json, serde_json::Error> {
    let refused = |expected| Err(serde_json::Error::custom(expected));
    let text = raw.get().trim_ascii();
    let Some(left) = values.left.checked_sub(1) else {
        return refused(format!("more than {MOST_VALUES} values in a record"));
    };
    values.left = left;
    let first = text.as_bytes().first();
    if matches!(first, Some(b'{' | b'[')) {
        let Some(levels) = levels.checked_sub(1) else {
            return refused(format!("nested deeper than {DEEPEST} levels"));
        };
        let inside = Inside { levels, values };
        let mut reader = serde_json::Deserializer::from_str(text);
        let value = match first {
            Some(b'{') => reader.deserialize_map(inside)?,
            _ => reader.deserialize_seq(inside)?,
        };
        reader.end()?;
        return Ok(value);
    }
    Ok(match first {
        Some(b'"') => Json::Text(serde_json::from_str(text)?),
        Some(b't') => Json::Bool(true),
        Some(b'f') => Json::Bool(false),
        Some(b'n') => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

/// The content of an array or an object, read one by one.
struct Inside<'v> {
    levels: usize,
    values: &'v mut Values,
}

impl<'de> Visitor<'de> for Inside<'_> {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            let item = from_raw(raw, self.levels, self.values);
            items.push(item.map_err(A::Error::custom)?);
        }
        items.shrink_to_fit();
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("duplicate key {name:?}")));
            }
            let value = from_raw(raw, self.levels, self.values);
            members.push((name, value.map_err(A::Error::custom)?));
        }
        members.shrink_to_fit();
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn digits_and_order_stay_as_written() {
        let text = r#"{"b":9007199254740993,"a":[1e400,-0.10,true,null,"é\n"],"c":{}}"#;
        assert_eq!(Json::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn a_name_comes_once_in_an_object_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
            let error = Json::parse(text).unwrap_err();
            assert!(error.expected().contains("duplicate key \"a\""), "{error}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "{\"a\":01}", "[1,]", "nul", "{} {}", "\"\u{1}\""] {
            assert!(Json::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn depth_is_limited_whatever_the_stack_could_bear() {
        let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(Json::parse(&nested(128)).unwrap().to_string(), nested(128));
        for levels in [129, 20_000] {
            let error = Json::parse(&nested(levels)).unwrap_err();
            assert!(error.expected().contains("128 levels"), "{error}");
            let objects = "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
            let error = Json::parse(&objects).unwrap_err();
            assert!(error.expected().contains("128 levels"), "{error}");
        }
    }

    #[test]
    fn the_number_of_values_is_limited_however_small_they_are() {
        let items = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
        assert!(Json::parse(&items(1_000_000)).is_ok());
        for text in [
            items(1_000_001),
            format!("{{\"a\":{},\"b\":[{}]}}", items(600_000), items(600_000)),
        ] {
            let error = Json::parse(&text).unwrap_err();
            assert!(error.expected().contains("1000000 values"), "{error}");
        }
    }

    #[test]
    fn what_no_object_of_a_draft_holds_is_not_copied() {
        let of = |text: &str| Json::parse(text).unwrap().small_copy();
        assert_eq!(
            of("[1,{\"a\":\"b\"}]"),
            Json::parse("[1,{\"a\":\"b\"}]").ok()
        );
        let long = "x".repeat(65_537);
        for text in [
            format!("\"{long}\""),
            format!("[{}0]", "0,".repeat(70_000)),
            format!("{{\"a\":[null,{{\"{long}\":1}}]}}"),
        ] {
            assert_eq!(of(&text), None);
        }
        assert!(of(&format!("\"{}\"", "x".repeat(60_000))).is_some());
    }

    #[test]
    fn only_numbers_that_readers_would_change_become_text() {
        let kept = "[9007199254740992,0,-0.5,0.1,1e300,0.30000000000000004,0.10000000000000001]";
        let changed = "[-9007199254740993,99999999999999999999,9007199254740993.0,0.12345678901234567890,\
            1764169000.123456789,1e400,1e-400]";
        let both = format!("[{kept},{{\"a\":{changed}}}]");
        let text = Json::parse(&both)
            .unwrap()
            .changed_numbers_as_text()
            .to_string();
        let quoted = changed
            .replace(',', "\",\"")
            .replace('[', "[\"")
            .replace(']', "\"]");
        assert_eq!(text, format!("[{kept},{{\"a\":{quoted}}}]"));
    }

    #[test]
    fn empty_text_and_null_hold_nothing() {
        assert_eq!(Json::Text(String::new()).scalar(), None);
        assert_eq!(Json::Null.scalar(), None);
        assert_eq!(Json::Number("0".into()).scalar().as_deref(), Some("0"));
    }
}
