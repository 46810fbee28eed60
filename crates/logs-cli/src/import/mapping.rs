//! Mapping files: how foreign records become drafts.

mod build;
mod field;
mod kind;
mod path;
mod tally;
mod template;
mod time;
mod values;

use std::collections::BTreeMap;

use logs_domain::InvalidValue;
use serde::Deserialize;
use thiserror::Error;

use self::field::Field;
use self::kind::Kind;
use self::path::Path;
pub(crate) use self::tally::Tally;
use super::{Format, Shape};

/// How foreign records become drafts: the content of a mapping file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// The form of the source.
    pub(crate) format: Format,
    /// Where the records of a JSON document are: names of members, joined by dots.
    #[serde(default)]
    records: String,
    /// What separates the cells of CSV; a comma unless it is said.
    #[serde(default)]
    delimiter: Option<char>,
    /// The columns of CSV that has no line of names.
    #[serde(default)]
    columns: Option<Vec<String>>,
    /// Where a record names its tenant; else all are of the tenant of the command.
    #[serde(default)]
    tenant: Option<Path>,
    /// What becomes of numbers in objects that other programs would change.
    #[serde(default)]
    large_integers: LargeIntegers,
    /// What is made of each record.
    #[serde(rename = "record")]
    rules: Vec<Rule>,
}

/// What becomes of numbers in objects that no double keeps: integers beyond ±2^53 first of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LargeIntegers {
    /// The record is refused.
    #[default]
    Refuse,
    /// They become texts.
    Text,
}

/// One draft that is made of each record, or of each item of an array in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    kind: Kind,
    /// The array whose items are mapped one by one.
    #[serde(default)]
    for_each: Option<Path>,
    /// Only records where this holds are mapped.
    #[serde(default)]
    when: Option<When>,
    fields: BTreeMap<String, Field>,
}

/// A condition on a record: the text at a path is one of these.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    path: Path,
    one_of: Vec<String>,
}

/// Why a mapping file is refused.
#[derive(Debug, Error)]
pub(crate) enum MappingError {
    /// It is no TOML, or has members that a mapping has not.
    #[error("{}", .0.to_string().trim_end())]
    Toml(#[from] toml::de::Error),
    /// What it says means nothing.
    #[error("[[record]] {rule} ({kind}): {error}")]
    Rule {
        /// Its place, from 1.
        rule: usize,
        kind: String,
        error: InvalidValue,
    },
    #[error(transparent)]
    Value(#[from] InvalidValue),
}

impl Mapping {
    /// Reads a mapping file, and checks all of it that needs no record.
    ///
    /// # Errors
    /// [`MappingError`] that says what is wrong and what would be accepted.
    pub(crate) fn parse(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text)?;
        if mapping.rules.is_empty() {
            let expected = "at least one [[record]]";
            return Err(InvalidValue::new("mapping", "no [[record]]", expected).into());
        }
        mapping.check_source()?;
        for (place, rule) in mapping.rules.iter().enumerate() {
            let checked = rule.check().and_then(|()| match mapping.format {
                Format::Csv => rule.check_columns(),
                Format::Json | Format::Jsonl | Format::Langfuse => Ok(()),
            });
            checked.map_err(|error| MappingError::Rule {
                rule: place + 1,
                kind: rule.kind.to_string(),
                error,
            })?;
        }
        Ok(mapping)
    }

    /// Checks what is said of the source as a whole.
    fn check_source(&self) -> Result<(), InvalidValue> {
        let csv = self.format == Format::Csv;
        if self.format == Format::Langfuse {
            let expected = "csv, jsonl or json: traces of Langfuse need no mapping";
            return Err(InvalidValue::new("format", "langfuse", expected));
        }
        if !self.records.is_empty() && self.format != Format::Json {
            let expected = "no `records`: only a JSON document has this path";
            return Err(InvalidValue::new("records", &self.records, expected));
        }
        if let Some(delimiter) = self.delimiter
            && !(csv && delimiter.is_ascii() && !matches!(delimiter, '"' | '\r' | '\n'))
        {
            let expected = "one ASCII character other than a quote, for CSV only";
            return Err(InvalidValue::new("delimiter", delimiter, expected));
        }
        if let Some(columns) = &self.columns
            && (!csv || columns.is_empty())
        {
            let expected = "the names of all columns, for CSV without a header";
            return Err(InvalidValue::new("columns", columns.join(","), expected));
        }
        Ok(())
    }

    /// Whether each record names its tenant.
    pub(crate) const fn names_tenant(&self) -> bool {
        self.tenant.is_some()
    }

    /// What is to be known of a source to read it.
    pub(crate) fn shape(&self) -> Shape {
        let names = self.records.split('.').filter(|name| !name.is_empty());
        let delimiter = self.delimiter.unwrap_or(',');
        Shape {
            records: names
                .map(|name| name.trim_end_matches("[*]").to_owned())
                .collect(),
            delimiter: u8::try_from(delimiter).unwrap_or(b','),
            columns: self.columns.clone(),
            needed: self.needed(),
        }
    }

    /// The columns that CSV must have; of each group, one.
    fn needed(&self) -> Vec<Vec<String>> {
        let rules = self.rules.iter();
        let paths = rules.flat_map(|rule| {
            let fields = rule.fields.values().flat_map(Field::alternatives);
            fields.chain(rule.when.iter().map(|when| vec![&when.path]))
        });
        let paths = paths.chain(self.tenant.iter().map(|path| vec![path]));
        let name = |path: &Path| path.column().map(str::to_owned);
        paths
            .map(|group| group.into_iter().filter_map(name).collect())
            .collect()
    }
}

impl Rule {
    fn check(&self) -> Result<(), InvalidValue> {
        let known = self.kind.fields();
        for (name, field) in &self.fields {
            let Some(of) = known.iter().find(|of| of.name == name) else {
                let names: Vec<&str> = known.iter().map(|of| of.name).collect();
                let expected = format!("one of {}", names.join(", "));
                return Err(InvalidValue::new("fields", name, expected));
            };
            field.check(of)?;
        }
        for of in known.iter().filter(|of| of.required) {
            if !self.fields.contains_key(of.name) {
                let expected = "a path or a constant: every record of this kind needs this field";
                return Err(InvalidValue::new(of.name, "", expected));
            }
        }
        let position = self.fields.contains_key("position");
        if self.kind == Kind::TraceStep && position == self.fields.contains_key("span_id") {
            let expected = "exactly one of position and span_id";
            return Err(InvalidValue::new("position", "", expected));
        }
        Ok(())
    }

    /// CSV has columns, and nothing inside them.
    fn check_columns(&self) -> Result<(), InvalidValue> {
        if let Some(path) = &self.for_each {
            let expected = "no for_each: a row of CSV has no arrays";
            return Err(InvalidValue::new("for_each", path.as_str(), expected));
        }
        let when = self.when.iter().map(|when| &when.path);
        let fields = self.fields.values().flat_map(Field::alternatives).flatten();
        for path in when.chain(fields) {
            if path.column().is_none() {
                let expected = "the name of a column; write a name with a dot as [\"a.b\"]";
                return Err(InvalidValue::new("path", path.as_str(), expected));
            }
        }
        Ok(())
    }
}
