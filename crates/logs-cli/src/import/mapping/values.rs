//! The fields of one record, read as the types of the domain.

use std::collections::BTreeSet;
use std::str::FromStr;

use logs_domain::{Cost, DurationMs, InvalidValue, JsonObject, Timestamp, TokenCount};

use super::field::{Found, Names, ObjectSpec, Spec};
use super::path::Place;
use super::time::{self, TimeForm};
use super::{LargeIntegers, Rule};
use crate::import::json::Json;

/// The fields of one record under one rule. Fields that the mapping claims are remembered.
pub(super) struct Values<'a> {
    pub(super) rule: &'a Rule,
    pub(super) place: Place<'a>,
    pub(super) names: Names<'a>,
    pub(super) large_integers: LargeIntegers,
    pub(super) assumed: BTreeSet<String>,
}

impl Values<'_> {
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
        let time = time::read(&text, &form, spec.zone.as_deref(), spec.origin.as_deref());
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
        let cost = match spec.unit.as_deref() {
            None | Some("usd") => Cost::parse_usd(&text),
            Some("cents") => Cost::parse_usd(&format!("{text}e-2")),
            Some("nano_usd") => Cost::parse_usd(&format!("{text}e-9")),
            Some(unit) => Err(InvalidValue::new("unit", unit, "usd, cents or nano_usd")),
        };
        in_field(cost, name).map(Some)
    }

    /// A duration, rounded to milliseconds; without a unit, milliseconds.
    pub(super) fn duration(&mut self, name: &'static str) -> Result<DurationMs, InvalidValue> {
        let Some((spec, text)) = self.found(name)? else {
            return Err(self.missing(name));
        };
        let per_ms = match spec.unit.as_deref() {
            Some("s") => 0.001,
            None | Some("ms") => 1.0,
            Some("us") => 1e3,
            Some("ns") => 1e6,
            Some(unit) => return Err(InvalidValue::new("unit", unit, "s, ms, us or ns")),
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

    /// An object; the fields that the mapping claims are listed in its `assumed`, where the kind
    /// of record has room for it.
    pub(super) fn object(
        &mut self,
        name: &'static str,
        with_assumed: bool,
    ) -> Result<Option<JsonObject>, InvalidValue> {
        let mut members = match self.rule.fields.get(name).map(|field| field.spec()) {
            Some(spec) => self.members(name, &spec)?,
            None => Vec::new(),
        };
        if with_assumed && !self.assumed.is_empty() {
            let assumed = self.assumed.iter().cloned().map(Json::Text).collect();
            members.retain(|(name, _)| name != "assumed");
            members.push(("assumed".to_owned(), Json::Array(assumed)));
        }
        if members.is_empty() {
            return Ok(None);
        }
        let object = match self.large_integers {
            LargeIntegers::Refuse => Json::Object(members),
            LargeIntegers::Text => Json::Object(members).large_integers_as_text(),
        };
        in_field(JsonObject::parse(&object.to_string()), name).map(Some)
    }

    fn members(
        &self,
        name: &'static str,
        spec: &Spec,
    ) -> Result<Vec<(String, Json)>, InvalidValue> {
        let found = |path: &super::Path| path.find(self.place).cloned();
        match &spec.object {
            Some(ObjectSpec::Paths(paths)) => Ok(paths
                .iter()
                .filter_map(|path| found(path).map(|value| (path.last_name().to_owned(), value)))
                .collect()),
            Some(ObjectSpec::Named(named)) => Ok(named
                .iter()
                .filter_map(|(name, path)| found(path).map(|value| (name.clone(), value)))
                .collect()),
            Some(ObjectSpec::Word(_)) => Ok(self.rest(spec)),
            None => match spec.paths().into_iter().find_map(found) {
                Some(Json::Object(members)) => Ok(members),
                None => Ok(Vec::new()),
                Some(other) => Err(InvalidValue::new(name, other, "an object, or `object = …`")),
            },
        }
    }

    /// The members that no field of the rule takes.
    fn rest(&self, spec: &Spec) -> Vec<(String, Json)> {
        let mut taken: BTreeSet<String> = spec.except.iter().cloned().collect();
        for field in self.rule.fields.values() {
            let spec = field.spec();
            let names = spec
                .paths()
                .into_iter()
                .filter_map(|path| path.first_name());
            taken.extend(names.map(str::to_owned));
        }
        match self.place.item {
            Json::Object(members) => {
                let left =
                    |(name, value): &&(String, Json)| !taken.contains(name) && *value != Json::Null;
                members.iter().filter(left).cloned().collect()
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) => {
                Vec::new()
            }
        }
    }

    fn found(&mut self, name: &'static str) -> Result<Option<(Spec, String)>, InvalidValue> {
        let Some(field) = self.rule.fields.get(name) else {
            return Ok(None);
        };
        let spec = field.spec();
        match in_field(spec.text(self.place, self.names), name)? {
            Some(Found { text, assumed }) => {
                if assumed {
                    self.assumed.insert(name.to_owned());
                }
                Ok(Some((spec, text)))
            }
            None => Ok(None),
        }
    }

    fn missing(&self, name: &'static str) -> InvalidValue {
        let expected = match self.rule.fields.get(name).map(|field| field.spec()) {
            Some(spec) => {
                let paths = spec.paths();
                let paths: Vec<&str> = paths.iter().map(|path| path.as_str()).collect();
                format!("a value at {}", paths.join(" or "))
            }
            None => "a path or a constant for it in the mapping".to_owned(),
        };
        InvalidValue::new(name, "", expected)
    }
}

/// The same result, its error about this field.
fn in_field<T>(result: Result<T, InvalidValue>, name: &'static str) -> Result<T, InvalidValue> {
    result.map_err(|error| error.in_field(name))
}
