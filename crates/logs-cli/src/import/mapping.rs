//! Mapping files: how foreign records become drafts.

mod build;
mod field;
mod path;
mod time;
mod values;

use std::collections::BTreeMap;

use logs_domain::InvalidValue;
use serde::Deserialize;

use self::field::Field;
use self::path::Path;
use super::Format;

/// How foreign records become drafts: the content of a mapping file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// The form of the source.
    pub(crate) format: Format,
    /// Where the records of a JSON document are: names of members, joined by dots.
    #[serde(default)]
    records: String,
    /// Where a record names its tenant; else all are of the tenant of the command.
    #[serde(default)]
    tenant: Option<Path>,
    /// What becomes of integers in objects that other programs would round.
    #[serde(default)]
    large_integers: LargeIntegers,
    /// What is made of each record.
    #[serde(rename = "record")]
    rules: Vec<Rule>,
}

/// What becomes of integers beyond ±2^53 in objects.
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

/// The kinds of records that a mapping can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    LlmRun,
    Trace,
    TraceStep,
    SystemRecord,
    AuditEntry,
}

impl Kind {
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::LlmRun => &[
                "run_id",
                "trace_id",
                "provider",
                "model",
                "input_tokens",
                "output_tokens",
                "cost",
                "execution_status",
                "started_at",
                "completed_at",
                "source",
                "is_synthetic",
                "parent_run_id",
                "attributes",
            ],
            Self::Trace => &["trace_id", "run_id", "started_at"],
            Self::TraceStep => &[
                "trace_id",
                "position",
                "span_id",
                "timestamp",
                "skill_name",
                "status",
                "outcome_category",
                "cost",
                "duration",
                "attributes",
            ],
            Self::SystemRecord => &[
                "id",
                "component",
                "event_type",
                "severity",
                "summary",
                "details",
                "caused_by",
                "correlation_id",
                "occurred_at",
            ],
            Self::AuditEntry => &[
                "id",
                "event_type",
                "entity_type",
                "entity_id",
                "actor_type",
                "actor_id",
                "action_reason",
                "before_state",
                "after_state",
                "correlation_id",
                "occurred_at",
            ],
        }
    }
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`InvalidValue`] that says what is wrong and what would be accepted.
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidValue> {
        let refused = |error: toml::de::Error| {
            let message = error.to_string();
            InvalidValue::new("mapping", error.message(), message.trim_end().to_owned())
        };
        let mapping: Self = toml::from_str(text).map_err(refused)?;
        if mapping.rules.is_empty() {
            return Err(InvalidValue::new(
                "mapping",
                "no [[record]]",
                "at least one [[record]]",
            ));
        }
        for rule in &mapping.rules {
            let known = rule.kind.fields();
            for (name, field) in &rule.fields {
                if !known.contains(&name.as_str()) {
                    let expected = format!("one of {}", known.join(", "));
                    return Err(InvalidValue::new("fields", name, expected));
                }
                field.check(name)?;
            }
        }
        Ok(mapping)
    }

    /// Whether each record names its tenant.
    pub(crate) const fn names_tenant(&self) -> bool {
        self.tenant.is_some()
    }

    /// The members from the top of a document to its records.
    pub(crate) fn records(&self) -> Vec<String> {
        let names = self.records.split('.').filter(|name| !name.is_empty());
        names
            .map(|name| name.trim_end_matches("[*]").to_owned())
            .collect()
    }
}
