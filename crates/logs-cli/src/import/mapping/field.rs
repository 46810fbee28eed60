//! The source of the value of a field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use logs_domain::{InvalidValue, Timestamp};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::kind::{Content, FieldOf};
use super::path::{Path, Place};
use super::template::{Names, Template};
use super::time::{TimeForm, Zone};
use crate::import::json::Json;

/// The source of the value of a field: a path alone, or a table.
#[derive(Clone, Debug)]
pub(super) struct Field(pub(super) Spec);

/// The long form of a field.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    /// The path of the value.
    #[serde(default)]
    path: Option<Path>,
    /// Several paths. The first with a value wins.
    #[serde(default)]
    paths: Vec<Path>,
    /// A constant for every record: a claim of the mapping.
    #[serde(default)]
    constant: Option<toml::Value>,
    /// The value for a record without one: also a claim.
    #[serde(default)]
    default: Option<toml::Value>,
    #[serde(default)]
    template: Option<Template>,
    /// The words of the source and their meaning.
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// The meaning of every other word: a claim.
    #[serde(default)]
    otherwise: Option<String>,
    /// The format of times.
    #[serde(default)]
    pub(super) time: Option<TimeForm>,
    /// The zone of times without one. A claim.
    #[serde(default)]
    pub(super) zone: Option<Zone>,
    /// The start of relative times. A claim.
    #[serde(default)]
    pub(super) origin: Option<Timestamp>,
    #[serde(default)]
    pub(super) unit: Option<Unit>,
    /// The members of an object.
    #[serde(default)]
    pub(super) object: Option<ObjectSpec>,
    /// Members that `"rest"` excludes.
    #[serde(default)]
    pub(super) except: Vec<String>,
}

/// The unit of a duration or of a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    S,
    Ms,
    Us,
    Ns,
    Usd,
    Cents,
    NanoUsd,
}

/// The members of an object.
#[derive(Clone, Debug)]
pub(super) enum ObjectSpec {
    /// `"rest"`: all members of the record that no other field of the rule uses.
    Rest,
    /// These paths, named like the last member of each.
    Paths(Vec<Path>),
    /// These paths, under these names.
    Named(BTreeMap<String, Path>),
}

/// A value, and whether it is a claim of the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) assumed: bool,
}

impl Field {
    /// Checks that the field has one source of values, and no key without effect.
    pub(super) fn check(&self, of: &FieldOf) -> Result<(), InvalidValue> {
        let spec = &self.0;
        let sources = [
            spec.path.is_some(),
            !spec.paths.is_empty(),
            spec.constant.is_some(),
            spec.template.is_some(),
            spec.object.is_some(),
        ];
        if sources.into_iter().filter(|given| *given).count() != 1 {
            let expected = "exactly one of path, paths, constant, template and object";
            return Err(InvalidValue::new(of.name, "", expected));
        }
        let from_path = spec.path.is_some() || !spec.paths.is_empty();
        let time = matches!(of.content, Content::Time);
        let object = matches!(of.content, Content::Object);
        let unit = match of.content {
            Content::Cost => matches!(spec.unit, Some(Unit::Usd | Unit::Cents | Unit::NanoUsd)),
            Content::Duration => {
                matches!(spec.unit, Some(Unit::S | Unit::Ms | Unit::Us | Unit::Ns))
            }
            Content::Text | Content::Word(_) | Content::Time | Content::Whole | Content::Object => {
                false
            }
        };
        let translated = from_path && !object;
        for (key, given, fits) in [
            ("default", spec.default.is_some(), translated),
            ("words", !spec.words.is_empty(), translated),
            ("otherwise", spec.otherwise.is_some(), translated),
            ("time", spec.time.is_some(), time),
            ("zone", spec.zone.is_some(), time),
            ("origin", spec.origin.is_some(), time),
            ("unit", spec.unit.is_some(), unit),
            ("object", spec.object.is_some(), object),
            (
                "except",
                !spec.except.is_empty(),
                matches!(spec.object, Some(ObjectSpec::Rest)),
            ),
            ("constant", spec.constant.is_some(), !object),
            ("template", spec.template.is_some(), !object),
        ] {
            if given && !fits {
                return Err(InvalidValue::new(of.name, key, expectation(of.content)));
            }
        }
        self.check_words(of)
    }

    /// The words of the mapping are checked before the first record.
    fn check_words(&self, of: &FieldOf) -> Result<(), InvalidValue> {
        let spec = &self.0;
        let given = spec.constant.iter().chain(&spec.default).map(constant_text);
        let said = spec.words.values().chain(&spec.otherwise).cloned();
        for word in given.chain(said) {
            let checked = match of.content {
                Content::Word(check) => check(&word),
                Content::Whole if word.parse::<u64>().is_err() => {
                    Err(InvalidValue::new(of.name, word, "a whole number from 0"))
                }
                Content::Text
                | Content::Time
                | Content::Whole
                | Content::Cost
                | Content::Duration
                | Content::Object => Ok(()),
            };
            checked.map_err(|error| error.in_field(of.name))?;
        }
        Ok(())
    }

    /// The paths of the field; one of each group suffices.
    pub(super) fn alternatives(&self) -> Vec<Vec<&Path>> {
        let spec = &self.0;
        let alone = |path| vec![path];
        let mut groups: Vec<Vec<&Path>> = spec.path.iter().map(alone).collect();
        if !spec.paths.is_empty() {
            groups.push(spec.paths.iter().collect());
        }
        groups.extend(spec.template.iter().flat_map(Template::paths).map(alone));
        match &spec.object {
            Some(ObjectSpec::Paths(paths)) => groups.extend(paths.iter().map(alone)),
            Some(ObjectSpec::Named(named)) => groups.extend(named.values().map(alone)),
            Some(ObjectSpec::Rest) | None => {}
        }
        groups
    }
}

/// The keys that such a field may have beside its source.
fn expectation(content: Content) -> &'static str {
    match content {
        Content::Text | Content::Word(_) | Content::Whole => {
            "default, words and otherwise with a path, and no key of other types of fields"
        }
        Content::Time => "time, zone and origin; default, words and otherwise with a path",
        Content::Cost => "the unit usd, cents or nano_usd; default with a path",
        Content::Duration => "the unit s, ms, us or ns; default with a path",
        Content::Object => "a path, or object with except for \"rest\"",
    }
}

impl Spec {
    /// Every path of the field.
    pub(super) fn value_paths(&self) -> impl Iterator<Item = &Path> {
        self.path.iter().chain(&self.paths)
    }

    /// The text of the field in a record, with translated words; `None` if absent.
    pub(super) fn text(
        &self,
        place: Place<'_>,
        names: Names<'_>,
    ) -> Result<Option<Found>, InvalidValue> {
        let claim = |value| Found {
            text: constant_text(value),
            assumed: true,
        };
        if let Some(constant) = &self.constant {
            return Ok(Some(claim(constant)));
        }
        if let Some(template) = &self.template {
            let assumed = false;
            let text = template.fill(place, names)?;
            return Ok(Some(Found { text, assumed }));
        }
        // An empty text counts as absent. The next path may have a value.
        let mut text = None;
        for path in self.value_paths() {
            let Some(value) = path.find(place) else {
                continue;
            };
            if matches!(value, Json::Array(_) | Json::Object(_)) {
                let expected = format!("a text, a number or a flag at {}", path.as_str());
                return Err(InvalidValue::new("path", value, expected));
            }
            text = value.scalar_text();
            if text.is_some() {
                break;
            }
        }
        match text {
            Some(text) => self.word(text).map(Some),
            None => Ok(self.default.as_ref().map(claim)),
        }
    }

    fn word(&self, text: Cow<'_, str>) -> Result<Found, InvalidValue> {
        let translates = !self.words.is_empty() || self.otherwise.is_some();
        match (self.words.get(text.as_ref()), &self.otherwise) {
            (Some(word), _) => Ok(Found {
                text: word.clone(),
                assumed: false,
            }),
            (None, Some(word)) => Ok(Found {
                text: word.clone(),
                assumed: true,
            }),
            (None, None) if translates => {
                let known: Vec<&str> = self.words.keys().map(String::as_str).collect();
                let expected = format!("one of {}", known.join(", "));
                Err(InvalidValue::new("word", text, expected))
            }
            (None, None) => Ok(Found {
                text: text.into_owned(),
                assumed: false,
            }),
        }
    }
}

fn constant_text(value: &toml::Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Field;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a path, or a table such as { path = \"…\" }")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Field, E> {
                Ok(Field(Spec {
                    path: Some(Path::parse(text).map_err(E::custom)?),
                    ..Spec::default()
                }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Field, A::Error> {
                Spec::deserialize(MapAccessDeserializer::new(map)).map(Field)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for ObjectSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = ObjectSpec;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("\"rest\", a list of paths, or a table of names with paths")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ObjectSpec, E> {
                if text == "rest" {
                    return Ok(ObjectSpec::Rest);
                }
                Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<ObjectSpec, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(ObjectSpec::Paths)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ObjectSpec, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(ObjectSpec::Named)
            }
        }

        deserializer.deserialize_any(Any)
    }
}
