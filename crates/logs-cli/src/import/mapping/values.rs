//! The fields of one record as types of the domain.

use std::collections::BTreeSet;
use std::str::FromStr;

use logs_domain::{Cost, DurationMs, InvalidValue, JsonObject, Timestamp, TokenCount};

use super::field::{Field, Found, ObjectSpec, Spec, Unit};
use super::path::{Path, Place};
use super::template::Names;
use super::time::{self, TimeForm};
use super::{LargeIntegers, Rule};
use crate::import::json::Json;

/// The fields of one record under one rule. It collects the fields that are claims of the mapping.
pub(super) struct Values<'a> {
    pub(super) rule: &'a Rule,
    pub(super) place: Place<'a>,
    pub(super) names: Names<'a>,
    pub(super) large_integers: LargeIntegers,
    /// Claims of the mapping that the record does not list yet.
    pub(super) assumed: BTreeSet<String>,
}

impl<'a> Values<'a> {
    /// A field that may be absent.
    pub(super) fn optional<T: FromStr<Err = InvalidValue>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, InvalidValue> {
        self.found(name)?
            .map(|(_, text)| in_field(text.parse(), name))
            .transpose()
    }

    /// A field that every record of the kind has.
    pub(super) fn required<T: FromStr<Err = InvalidValue>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, InvalidValue> {
        self.optional(name)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, InvalidValue> {
        let Some((spec, text)) = self.found(name)? else {
            return Ok(None);
        };
        let constant = self.assumed.contains(name);
        let form = spec
            .time
            .clone()
            .filter(|_| !constant)
            .unwrap_or(TimeForm::Rfc3339);
        if spec.zone.is_some() || spec.origin.is_some() {
            self.assumed.insert(name.to_owned());
        }
        let time = time::read(&text, &form, spec.zone, spec.origin);
        in_field(time, name).map(Some)
    }

    pub(super) fn required_time(&mut self, name: &'static str) -> Result<Timestamp, InvalidValue> {
        self.time(name)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn tokens(
        &mut self,
        name: &'static str,
    ) -> Result<Option<TokenCount>, InvalidValue> {
        self.whole(name)?
            .map(|count| in_field(TokenCount::new(count), name))
            .transpose()
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&mut self, name: &'static str) -> Result<Option<u64>, InvalidValue> {
        let Some((_, text)) = self.found(name)? else {
            return Ok(None);
        };
        let expected = format!("a whole number from 0 to {}", TokenCount::MAX);
        text.parse()
            .map(Some)
            .map_err(|_| InvalidValue::new(name, &text, expected))
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, InvalidValue> {
        match self.found(name)?.as_ref().map(|(_, text)| text.as_str()) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(InvalidValue::new(name, other, "true or false")),
        }
    }

    pub(super) fn cost(&mut self, name: &'static str) -> Result<Option<Cost>, InvalidValue> {
        let Some((spec, text)) = self.found(name)? else {
            return Ok(None);
        };
        let cost = match spec.unit {
            Some(Unit::Cents) => Cost::parse_usd(&format!("{text}e-2")),
            Some(Unit::NanoUsd) => Cost::parse_usd(&format!("{text}e-9")),
            Some(Unit::Usd | Unit::S | Unit::Ms | Unit::Us | Unit::Ns) | None => {
                Cost::parse_usd(&text)
            }
        };
        in_field(cost, name).map(Some)
    }

    /// A duration, rounded to milliseconds; without a unit, milliseconds.
    pub(super) fn duration(&mut self, name: &'static str) -> Result<DurationMs, InvalidValue> {
        let Some((spec, text)) = self.found(name)? else {
            return Err(self.missing(name));
        };
        let per_ms = match spec.unit {
            Some(Unit::S) => 0.001,
            Some(Unit::Us) => 1e3,
            Some(Unit::Ns) => 1e6,
            Some(Unit::Ms | Unit::Usd | Unit::Cents | Unit::NanoUsd) | None => 1.0,
        };
        let expected = "a duration that is not negative";
        let refused = || InvalidValue::new(name, &text, expected);
        let number: f64 = text.parse().map_err(|_| refused())?;
        let milliseconds = (number / per_ms).round();
        if !(0.0..=DurationMs::MAX as f64).contains(&milliseconds) {
            return Err(refused());
        }
        DurationMs::new(milliseconds as u64)
    }

    /// An object.
    pub(super) fn object(&self, name: &'static str) -> Result<Option<JsonObject>, InvalidValue> {
        let members = self.members(name)?;
        self.built(name, members)
    }

    /// An object that lists the claims of the mapping as `assumed`.
    pub(super) fn object_with_claims(
        &mut self,
        name: &'static str,
    ) -> Result<Option<JsonObject>, InvalidValue> {
        let mut members = self.members(name)?;
        if let Some((_, own)) = members.iter().find(|(name, _)| name == "assumed") {
            // Otherwise nobody could distinguish the claims of the source from those of the
            // importer.
            let expected = "no member `assumed`, which lists the claims of the mapping: give that of \
                            the source another name";
            return Err(InvalidValue::new(name, own, expected));
        }
        if !self.assumed.is_empty() {
            let assumed = std::mem::take(&mut self.assumed);
            let assumed = assumed.into_iter().map(Json::Text).collect();
            members.push(("assumed".to_owned(), Json::Array(assumed)));
        }
        self.built(name, members)
    }

    fn built(
        &self,
        name: &'static str,
        members: Vec<(String, Json)>,
    ) -> Result<Option<JsonObject>, InvalidValue> {
        if members.is_empty() {
            return Ok(None);
        }
        let object = match self.large_integers {
            LargeIntegers::Refuse => Json::Object(members),
            LargeIntegers::Text => Json::Object(members).changed_numbers_as_text(),
        };
        in_field(JsonObject::parse(&object.to_string()), name).map(Some)
    }

    /// The members of an object by the rule; `None` without a rule.
    fn members(&self, name: &'static str) -> Result<Vec<(String, Json)>, InvalidValue> {
        let Some(Field(spec)) = self.rule.fields.get(name) else {
            return Ok(Vec::new());
        };
        let copied = |path: &'a Path| {
            let value = path.find(self.place)?;
            Some((path, copy(value)))
        };
        match &spec.object {
            Some(ObjectSpec::Paths(paths)) => paths
                .iter()
                .filter_map(copied)
                .map(|(path, value)| Ok((path.last_name().to_owned(), in_field(value, name)?)))
                .collect(),
            Some(ObjectSpec::Named(named)) => named
                .iter()
                .filter_map(|(member, path)| Some((member, copied(path)?.1)))
                .map(|(member, value)| Ok((member.clone(), in_field(value, name)?)))
                .collect(),
            Some(ObjectSpec::Rest) => in_field(self.rest(spec), name),
            None => match spec.value_paths().find_map(copied) {
                None => Ok(Vec::new()),
                Some((_, value)) => {
                    let value = in_field(value, name)?;
                    if let Json::Object(members) = value {
                        return Ok(members);
                    }
                    Err(InvalidValue::new(name, value, "an object, or `object = …`"))
                }
            },
        }
    }

    /// The members that no field of the rule uses.
    fn rest(&self, spec: &Spec) -> Result<Vec<(String, Json)>, InvalidValue> {
        let mut taken: BTreeSet<String> = spec.except.iter().cloned().collect();
        for field in self.rule.fields.values() {
            let paths = field.alternatives().into_iter().flatten();
            taken.extend(paths.filter_map(Path::first_name).map(str::to_owned));
        }
        let Json::Object(members) = self.place.item else {
            return Ok(Vec::new());
        };
        let left = |(name, value): &&(String, Json)| !taken.contains(name) && *value != Json::Null;
        let left = members.iter().filter(left);
        left.map(|(name, value)| Ok((name.clone(), copy(value)?)))
            .collect()
    }

    fn found(&mut self, name: &'static str) -> Result<Option<(&'a Spec, String)>, InvalidValue> {
        let rule = self.rule;
        let Some(field) = rule.fields.get(name) else {
            return Ok(None);
        };
        let spec = &field.0;
        let found = in_field(spec.text(self.place, self.names), name)?;
        Ok(found.map(|Found { text, assumed }| {
            if assumed {
                self.assumed.insert(name.to_owned());
            }
            (spec, text)
        }))
    }

    fn missing(&self, name: &'static str) -> InvalidValue {
        let paths = self.rule.fields.get(name).map(Field::alternatives);
        let paths: Vec<&str> = paths
            .iter()
            .flatten()
            .flatten()
            .map(|path| path.as_str())
            .collect();
        InvalidValue::new(name, "", format!("a value at {}", paths.join(" or ")))
    }
}

/// A copy of a value for an object.
fn copy(value: &Json) -> Result<Json, InvalidValue> {
    value.small_copy().ok_or_else(|| {
        let expected = format!("at most {} bytes in canonical form", JsonObject::MAX_BYTES);
        InvalidValue::new("object", value, expected)
    })
}

/// The same result, its error about this field.
fn in_field<T>(result: Result<T, InvalidValue>, name: &'static str) -> Result<T, InvalidValue> {
    result.map_err(|error| error.in_field(name))
}
