//! The place of a value in a record: `userIdentity.arn`, `items[0].name`, `usage["a.b"]`. In a rule
//! with `for_each`, paths start at the item. Paths that begin with `^` start at the whole record.

use logs_domain::InvalidValue;
use serde::{Deserialize, Deserializer};

use super::tally::Tally;
use crate::import::json::Json;

/// Where a value stands in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    text: String,
    outer: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// A record, and the current item of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) record: &'a Json,
    pub(super) item: &'a Json,
    /// The place of the rule in the mapping.
    pub(super) rule: usize,
    pub(super) tally: &'a Tally,
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidValue> {
        let malformed = || {
            let expected = "a path such as user.name, items[0] or usage[\"a.b\"]";
            InvalidValue::new("path", text, expected)
        };
        let (outer, mut rest) = match text.strip_prefix('^') {
            Some(rest) => (true, rest.trim_start_matches('.')),
            None => (false, text),
        };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix("[\"") {
                let (name, after) = inside.split_once("\"]").ok_or_else(malformed)?;
                steps.push(Step::Member(name.to_owned()));
                rest = after.strip_prefix('.').unwrap_or(after);
            } else if let Some(inside) = rest.strip_prefix('[') {
                let (index, after) = inside.split_once(']').ok_or_else(malformed)?;
                if index != "*" {
                    steps.push(Step::Item(index.parse().map_err(|_| malformed())?));
                }
                rest = after.strip_prefix('.').unwrap_or(after);
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                if name.is_empty() {
                    return Err(malformed());
                }
                steps.push(Step::Member(name.to_owned()));
                rest = after.strip_prefix('.').unwrap_or(after);
            }
        }
        if steps.is_empty() && !outer {
            return Err(malformed());
        }
        Ok(Self {
            text: text.to_owned(),
            outer,
            steps,
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the last member, which names the value.
    pub(super) fn last_name(&self) -> &str {
        let names = self.steps.iter().rev().filter_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            Step::Item(_) => None,
        });
        names.into_iter().next().unwrap_or(&self.text)
    }

    /// The column for the path, if it is a possible one of CSV.
    pub(super) fn column(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [Step::Member(name)] => Some(name),
            _ => None,
        }
    }

    /// The first member, if the path starts at the item.
    pub(super) fn first_name(&self) -> Option<&str> {
        match self.steps.first() {
            Some(Step::Member(name)) if !self.outer => Some(name),
            Some(Step::Member(_) | Step::Item(_)) | None => None,
        }
    }

    /// The value at the path. Null counts as absent.
    pub(super) fn find<'a>(&self, place: Place<'a>) -> Option<&'a Json> {
        let start = if self.outer { place.record } else { place.item };
        let found = self
            .steps
            .iter()
            .try_fold(start, |value, step| match (step, value) {
                (Step::Member(name), value) => value.member(name),
                (Step::Item(index), Json::Array(items)) => items.get(*index),
                (Step::Item(_), _) => None,
            });
        let found = found.filter(|value| **value != Json::Null)?;
        place.tally.found(place.rule, &self.text);
        Some(found)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tally::Tally;
    use super::{Path, Place};
    use crate::import::json::Json;

    #[test]
    fn paths_lead_through_members_and_items() {
        let record = Json::parse(r#"{"a":{"b":[{"c.d":1},null]},"@t":2}"#).unwrap();
        let item = Json::parse(r#"{"x":3}"#).unwrap();
        let tally = Tally::default();
        let (rule, tally) = (0, &tally);
        let outer = Place {
            record: &record,
            item: &record,
            rule,
            tally,
        };
        let found = |path: &str, place| {
            Path::parse(path)
                .unwrap()
                .find(place)
                .map(ToString::to_string)
        };
        assert_eq!(found("a.b[0][\"c.d\"]", outer).as_deref(), Some("1"));
        assert_eq!(found("@t", outer).as_deref(), Some("2"));
        for nowhere in ["a.b[1]", "a.b[2]", "a.c", "a.b.c", "@t.x"] {
            assert_eq!(found(nowhere, outer), None, "{nowhere}");
        }
        let place = Place {
            record: &record,
            item: &item,
            rule,
            tally,
        };
        assert_eq!(found("x", place).as_deref(), Some("3"));
        assert_eq!(found("^.@t", place).as_deref(), Some("2"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a..b", "a[", "a[x]", "[\"a"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
