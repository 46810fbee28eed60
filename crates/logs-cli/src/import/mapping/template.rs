//! Texts built from the record and its place in the source.

use logs_domain::InvalidValue;
use serde::{Deserialize, Deserializer};

use super::path::{Path, Place};
use crate::import::json::Json;

/// A text with `{source}`, `{ordinal}`, `{item}` and `{path}` in it.
#[derive(Clone, Debug)]
pub(super) struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Source,
    Ordinal,
    Item,
    Path(Path),
}

/// The values of a template besides the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub(super) source: &'a str,
    /// The place of the record in the source, from 0.
    pub(super) ordinal: u64,
    /// The place of the item in its array, from 0.
    pub(super) item: u64,
}

impl Template {
    fn parse(text: String) -> Result<Self, InvalidValue> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            parts.push(Part::Text(before.to_owned()));
            let Some((name, after)) = after.split_once('}') else {
                return Err(InvalidValue::new("template", text, "a `}` for each `{`"));
            };
            parts.push(match name {
                "source" => Part::Source,
                "ordinal" => Part::Ordinal,
                "item" => Part::Item,
                path => Part::Path(Path::parse(path)?),
            });
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self { text, parts })
    }

    /// The paths in it.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            Part::Path(path) => Some(path),
            Part::Text(_) | Part::Source | Part::Ordinal | Part::Item => None,
        })
    }

    /// The text for one record.
    ///
    /// # Errors
    /// [`InvalidValue`] if a path leads to no text, number or flag.
    pub(super) fn fill(&self, place: Place<'_>, names: Names<'_>) -> Result<String, InvalidValue> {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Source => filled.push_str(names.source),
                Part::Ordinal => filled.push_str(&names.ordinal.to_string()),
                Part::Item => filled.push_str(&names.item.to_string()),
                Part::Path(path) => {
                    let value = path.find(place).and_then(Json::scalar_text);
                    let expected = || format!("a value at {}", path.as_str());
                    let absent = || InvalidValue::new("template", &self.text, expected());
                    filled.push_str(&value.ok_or_else(absent)?);
                }
            }
        }
        Ok(filled)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(text).map_err(serde::de::Error::custom)
    }
}
