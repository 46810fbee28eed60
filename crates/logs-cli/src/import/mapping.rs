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

/// The mapping from foreign records to drafts: the content of a mapping file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// The format of the source.
    pub(crate) format: Format,
    /// The path to the records of a JSON document: names of members, joined by dots.
    #[serde(default)]
    records: String,
    /// The separator of the cells of CSV; by default a comma.
    #[serde(default)]
    delimiter: Option<char>,
    /// The columns of a CSV file without a header.
    #[serde(default)]
    columns: Option<Vec<String>>,
    /// The path of the tenant in a record. Without it, all records belong to the tenant of the
    /// command.
    #[serde(default)]
    tenant: Option<Path>,
    /// What to do with numbers in objects that a double would change.
    #[serde(default)]
    large_integers: LargeIntegers,
    /// The rules for the drafts of each record.
    #[serde(rename = "record")]
    rules: Vec<Rule>,
}

/// What to do with numbers in objects that a double would change, such as integers beyond ±2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum LargeIntegers {
    /// Refuse the record.
    #[default]
    Refuse,
    /// Turn them into texts.
    Text,
}

/// The rule for one draft of each record, or of each item of an array in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    kind: Kind,
    /// The array whose items the rule maps one by one.
    #[serde(default)]
    for_each: Option<Path>,
    /// A condition: the rule maps only records where it holds.
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
    /// It is no TOML, or has unknown keys.
    #[error("{}", .0.to_string().trim_end())]
    Toml(#[from] toml::de::Error),
    /// A value is not valid.
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
    /// Parses a mapping file, and checks everything that needs no record.
    ///
    /// # Errors
    /// [`MappingError`] with the fault and the expectation.
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

    /// Checks the keys for the whole source.
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

    /// The facts that a reader of the source needs.
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

    /// The columns that CSV must have; one of each group.
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

    /// CSV has columns, and no nested values.
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
