//! Where the value of a field comes from.

use std::collections::BTreeMap;

use logs_domain::InvalidValue;
use serde::Deserialize;

use super::path::{Path, Place};
use super::time::TimeForm;
use crate::import::json::Json;

/// Where the value of a field comes from: a path alone, or a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Field {
    Path(Path),
    Spec(Box<Spec>),
}

/// The long form of a field.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    /// Where the value stands.
    #[serde(default)]
    path: Option<Path>,
    /// Where it may stand; the first that is there wins.
    #[serde(default)]
    paths: Vec<Path>,
    /// What every record has: a claim of whoever wrote the mapping.
    #[serde(default)]
    constant: Option<toml::Value>,
    /// What a record has that says nothing: a claim too.
    #[serde(default)]
    default: Option<toml::Value>,
    /// A text with `{source}`, `{ordinal}`, `{item}` and `{path}` in it.
    #[serde(default)]
    template: Option<String>,
    /// The words of the source and what they mean here.
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// What every other word means.
    #[serde(default)]
    otherwise: Option<String>,
    /// How times are written.
    #[serde(default)]
    pub(super) time: Option<TimeForm>,
    /// The zone of times that name none: `UTC` or `+02:00`. A claim.
    #[serde(default)]
    pub(super) zone: Option<String>,
    /// When the clock of relative times began. A claim.
    #[serde(default)]
    pub(super) origin: Option<String>,
    /// The unit of a duration (`s`, `ms`, `us`, `ns`) or of a cost (`usd`, `cents`, `nano_usd`).
    #[serde(default)]
    pub(super) unit: Option<String>,
    /// The members of an object: `"rest"`, a list of paths, or names with their paths.
    #[serde(default)]
    pub(super) object: Option<ObjectSpec>,
    /// Members that `"rest"` leaves out.
    #[serde(default)]
    pub(super) except: Vec<String>,
}

/// What an object is made of.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ObjectSpec {
    /// `"rest"`: all members of the record that no other field of the rule takes.
    Word(String),
    /// These, named like the last member of each path.
    Paths(Vec<Path>),
    /// These, under these names.
    Named(BTreeMap<String, Path>),
}

/// What a field may refer to besides the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub(super) source: &'a str,
    /// The place of the record in the source, from 0.
    pub(super) ordinal: u64,
    /// The place of the item in its array, from 0.
    pub(super) item: u64,
}

/// A value, and whether it is a claim of the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) assumed: bool,
}

impl Field {
    /// The long form of either form.
    pub(super) fn spec(&self) -> Spec {
        match self {
            Self::Path(path) => Spec {
                path: Some(path.clone()),
                ..Spec::default()
            },
            Self::Spec(spec) => Spec::clone(spec),
        }
    }

    /// Checks that the field has one source of values.
    pub(super) fn check(&self, name: &str) -> Result<(), InvalidValue> {
        let spec = self.spec();
        let sources = [
            spec.path.is_some(),
            !spec.paths.is_empty(),
            spec.constant.is_some(),
            spec.template.is_some(),
            spec.object.is_some(),
        ];
        if sources.into_iter().filter(|given| *given).count() != 1 {
            let expected = "exactly one of path, paths, constant, template and object";
            return Err(InvalidValue::new("fields", name, expected));
        }
        if let Some(ObjectSpec::Word(word)) = &spec.object
            && word != "rest"
        {
            return Err(InvalidValue::new(
                "object",
                word,
                "\"rest\", a list of paths, or a table",
            ));
        }
        Ok(())
    }
}

impl Spec {
    /// Every path that the field looks at.
    pub(super) fn paths(&self) -> Vec<&Path> {
        let of_object: Vec<&Path> = match &self.object {
            Some(ObjectSpec::Paths(paths)) => paths.iter().collect(),
            Some(ObjectSpec::Named(named)) => named.values().collect(),
            Some(ObjectSpec::Word(_)) | None => Vec::new(),
        };
        self.path
            .iter()
            .chain(&self.paths)
            .chain(of_object)
            .collect()
    }

    /// The text of the field in a record, with its words translated; `None` when absent.
    pub(super) fn text(
        &self,
        place: Place<'_>,
        names: Names<'_>,
    ) -> Result<Option<Found>, InvalidValue> {
        if let Some(constant) = &self.constant {
            return Ok(Some(Found {
                text: constant_text(constant),
                assumed: true,
            }));
        }
        if let Some(template) = &self.template {
            return fill(template, place, names).map(|text| {
                Some(Found {
                    text,
                    assumed: false,
                })
            });
        }
        // An empty text says as little as nothing: the next path may say more.
        let mut text = None;
        for path in self.path.iter().chain(&self.paths) {
            let Some(value) = path.find(place) else {
                continue;
            };
            if matches!(value, Json::Array(_) | Json::Object(_)) {
                let expected = format!("a text, a number or a flag at {}", path.as_str());
                return Err(InvalidValue::new("path", value, expected));
            }
            text = value.scalar();
            if text.is_some() {
                break;
            }
        }
        match text {
            Some(text) => self.word(text).map(|text| {
                Some(Found {
                    text,
                    assumed: false,
                })
            }),
            None => Ok(self.default.as_ref().map(|default| Found {
                text: constant_text(default),
                assumed: true,
            })),
        }
    }

    fn word(&self, text: String) -> Result<String, InvalidValue> {
        if self.words.is_empty() && self.otherwise.is_none() {
            return Ok(text);
        }
        if let Some(word) = self.words.get(&text).or(self.otherwise.as_ref()) {
            return Ok(word.clone());
        }
        let known: Vec<&str> = self.words.keys().map(String::as_str).collect();
        Err(InvalidValue::new(
            "word",
            text,
            format!("one of {}", known.join(", ")),
        ))
    }
}

fn constant_text(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Fills the names and paths in braces; a path that leads nowhere is an error.
fn fill(template: &str, place: Place<'_>, names: Names<'_>) -> Result<String, InvalidValue> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let closed = after.split_once('}');
        let Some((name, after)) = closed else {
            return Err(InvalidValue::new(
                "template",
                template,
                "a `}` for each `{`",
            ));
        };
        match name {
            "source" => filled.push_str(names.source),
            "ordinal" => filled.push_str(&names.ordinal.to_string()),
            "item" => filled.push_str(&names.item.to_string()),
            path => {
                let value = Path::parse(path)?.find(place).and_then(Json::scalar);
                let expected = format!("a value at {path}");
                let absent = || InvalidValue::new("template", template, expected);
                filled.push_str(&value.ok_or_else(absent)?);
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
