//! The attributes of a span, a log record, an event or a resource, by name.

use std::cell::RefCell;

use hashbrown::HashMap;
use logs_domain::{Cost, InvalidValue};
use serde_json::Value as Json;

use crate::limits::{MAX_ATTRIBUTES, MAX_TEXT_BYTES};
use crate::wire::common::{AnyValue, KeyValue, Value};

/// Attributes by name. Of a name that stands there twice, the first counts.
///
/// A value of another type than asked for is absent, and so is an empty text. A text that no store can keep
/// (not UTF-8, or with NUL) is a [`fault`](Self::fault) of the whole item, as soon as somebody reads it.
pub(crate) struct Attributes<'a> {
    by_name: HashMap<&'a [u8], &'a KeyValue>,
    fault: RefCell<Option<InvalidValue>>,
}

impl<'a> Attributes<'a> {
    /// Finds the attributes; values are decoded when somebody asks for them.
    pub(crate) fn new(list: &'a [KeyValue]) -> Self {
        let mut by_name = HashMap::with_capacity(list.len());
        for attribute in list.iter().take(MAX_ATTRIBUTES) {
            by_name.entry(&*attribute.key).or_insert(attribute);
        }
        let too_many = || {
            let expected = format!("at most {MAX_ATTRIBUTES} attributes");
            InvalidValue::new("attributes", format!("{} attributes", list.len()), expected)
        };
        let fault = (list.len() > MAX_ATTRIBUTES).then(too_many);
        Self {
            by_name,
            fault: RefCell::new(fault),
        }
    }

    /// Why the item must be refused, as far as its attributes were read.
    pub(crate) fn fault(&self) -> Option<InvalidValue> {
        self.fault.borrow().clone()
    }

    /// Whether an attribute with some value stands there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        self.by_name.get(name.as_bytes())?.decoded()
    }

    /// A text that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let Value::Text(text) = self.value(name)? else {
            return None;
        };
        self.checked(name, &text)
    }

    /// A text of the field of a message, held to the same rules.
    pub(crate) fn checked(&self, name: &str, text: &[u8]) -> Option<String> {
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return None;
        }
        match std::str::from_utf8(text) {
            Ok(text) if !text.contains('\0') => Some(text.to_owned()),
            Ok(text) => self.refuse(name, text, "text without NUL"),
            Err(_) => self.refuse(name, &String::from_utf8_lossy(text), "UTF-8"),
        }
    }

    fn refuse(&self, name: &str, text: &str, expected: &'static str) -> Option<String> {
        let error = InvalidValue::new("attributes", text, expected);
        let error = error.in_field(format!("attributes.{name}"));
        self.fault.borrow_mut().get_or_insert(error);
        None
    }

    /// The beginning of a text that is looked at and never stored, so it need not be one that a store keeps.
    pub(crate) fn glimpse(&self, name: &str) -> Option<String> {
        let Value::Text(text) = self.value(name)? else {
            return None;
        };
        Some(glimpse(&text))
    }

    /// The first of these texts.
    pub(crate) fn first_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A number from 0 on: an integer, a double without a fraction, or decimal digits.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        match self.value(name)? {
            Value::Int(integer) => u64::try_from(integer).ok(),
            Value::Double(double) => whole(double),
            Value::Text(text) => std::str::from_utf8(&text).ok()?.trim().parse().ok(),
            Value::Bool(_) | Value::Array(_) | Value::Map(_) | Value::Bytes(_) => None,
        }
    }

    /// The first of these numbers.
    pub(crate) fn first_count(&self, names: &[&str]) -> Option<u64> {
        names.iter().find_map(|name| self.count(name))
    }

    /// A duration in milliseconds, rounded.
    pub(crate) fn millis(&self, name: &str) -> Option<u64> {
        let rounded = |double: f64| whole(double.round());
        match self.value(name)? {
            Value::Double(double) => rounded(double),
            Value::Text(text) => rounded(std::str::from_utf8(&text).ok()?.trim().parse().ok()?),
            Value::Int(_) => self.count(name),
            Value::Bool(_) | Value::Array(_) | Value::Map(_) | Value::Bytes(_) => None,
        }
    }

    /// A number of dollars.
    pub(crate) fn dollars(&self, name: &str) -> Option<Cost> {
        match self.value(name)? {
            Value::Int(integer) => Cost::parse_usd(&integer.to_string()).ok(),
            Value::Double(double) => Cost::from_usd(double).ok(),
            Value::Text(text) => Cost::parse_usd(std::str::from_utf8(&text).ok()?.trim()).ok(),
            Value::Bool(_) | Value::Array(_) | Value::Map(_) | Value::Bytes(_) => None,
        }
    }

    /// A truth, or its word in a text.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(flag) => Some(flag),
            Value::Text(text) => match &*text.to_ascii_lowercase() {
                b"true" => Some(true),
                b"false" => Some(false),
                _ => None,
            },
            Value::Int(_)
            | Value::Double(_)
            | Value::Array(_)
            | Value::Map(_)
            | Value::Bytes(_) => None,
        }
    }

    /// The texts of a list. The list may also be JSON in a text, and one text alone is a list too.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(list)) => {
                let texts = list
                    .values
                    .into_iter()
                    .filter_map(|member| self.member(name, member));
                texts.collect()
            }
            Some(Value::Text(text)) => match self.checked(name, &text) {
                Some(text) if text.starts_with('[') => match serde_json::from_str(&text) {
                    Ok(Json::Array(list)) => strings(list),
                    Ok(_) | Err(_) => Vec::new(),
                },
                Some(text) => vec![text],
                None => Vec::new(),
            },
            Some(_) | None => Vec::new(),
        }
    }

    fn member(&self, name: &str, AnyValue { value }: AnyValue) -> Option<String> {
        let Some(Value::Text(text)) = value else {
            return None;
        };
        self.checked(name, &text)
    }

    /// The JSON in a text.
    pub(crate) fn json(&self, name: &str) -> Option<Json> {
        serde_json::from_str(&self.text(name)?).ok()
    }

    /// The text in the JSON in a text, as MLflow writes its attributes.
    pub(crate) fn json_text(&self, name: &str) -> Option<String> {
        let Json::String(text) = self.json(name)? else {
            return None;
        };
        self.checked(name, text.as_bytes())
    }
}

fn strings(list: Vec<Json>) -> Vec<String> {
    let texts = list.iter().filter_map(Json::as_str);
    let texts = texts.filter(|text| !text.is_empty() && !text.contains('\0'));
    texts.map(str::to_owned).collect()
}

/// The beginning of a text that is looked at and never stored.
pub(crate) fn glimpse(text: &[u8]) -> String {
    let beginning = text.get(..MAX_TEXT_BYTES).unwrap_or(text);
    String::from_utf8_lossy(beginning).into_owned()
}

fn whole(double: f64) -> Option<u64> {
    // Doubles up to 2^53 are exact.
    ((0.0..=9_007_199_254_740_992.0).contains(&double) && double.fract() == 0.0)
        .then_some(double as u64)
}

/// A number from 0 on, in JSON.
pub(crate) fn json_count(value: Option<&Json>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| whole(value.as_f64()?))
}
