//! The columns of CSV files.

use std::collections::HashMap;
use std::io;

use logs_domain::Record;
use serde_json::value::RawValue;

use super::kind::Scope;

/// Runs, traces and steps in one file; `kind` tells which of them a line is, and columns that a
/// kind does not have are empty.
const LLM_RUN: &[&str] = &[
    "kind",
    "id",
    "tenant_id",
    "created_at",
    "run_id",
    "trace_id",
    "session_id",
    "parent_run_id",
    "provider",
    "model",
    "input_tokens",
    "output_tokens",
    "cost_nano_usd",
    "execution_status",
    "source",
    "is_synthetic",
    "started_at",
    "completed_at",
    "key",
    "parent",
    "timestamp",
    "skill_name",
    "status",
    "outcome_category",
    "duration_ms",
    "attributes",
];

const SYSTEM: &[&str] = &[
    "kind",
    "id",
    "tenant_id",
    "created_at",
    "occurred_at",
    "component",
    "event_type",
    "severity",
    "summary",
    "details",
    "caused_by",
    "correlation_id",
];

const AUDIT: &[&str] = &[
    "kind",
    "id",
    "tenant_id",
    "created_at",
    "occurred_at",
    "event_type",
    "entity_type",
    "entity_id",
    "actor_type",
    "actor_id",
    "action_reason",
    "before_state",
    "after_state",
    "correlation_id",
    "attributes",
];

/// The columns of a CSV file: `kind`, then the fields of the JSON form under their names.
///
/// An unknown value is an empty cell (no text of a record is empty). JSON objects are cells of
/// canonical JSON. A text that starts with `=`, `+`, `-`, `@`, a tab, a carriage return or an
/// apostrophe gets an apostrophe in front, so that a spreadsheet shows it and does not run it;
/// take one apostrophe away to have the text back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns(&'static [&'static str]);

impl Columns {
    /// The columns of a scope.
    pub(crate) const fn of(scope: Scope) -> Self {
        match scope {
            Scope::System => Self(SYSTEM),
            Scope::Audit => Self(AUDIT),
            Scope::LlmRun => Self(LLM_RUN),
        }
    }

    pub(crate) const fn names(self) -> &'static [&'static str] {
        self.0
    }

    /// The cells of a record.
    pub(crate) fn cells(self, record: &Record) -> io::Result<Vec<String>> {
        let json = serde_json::to_string(record)?;
        let tagged: HashMap<String, HashMap<String, &RawValue>> = serde_json::from_str(&json)?;
        let Some((kind, fields)) = tagged.into_iter().next() else {
            return Ok(Vec::new());
        };
        let cell = |name: &&str| match fields.get(*name) {
            _ if *name == "kind" => Ok(kind.clone()),
            Some(value) => text(value.get()),
            None => Ok(String::new()),
        };
        self.0.iter().map(cell).collect()
    }
}

fn text(json: &str) -> io::Result<String> {
    if json == "null" {
        return Ok(String::new());
    }
    if !json.starts_with('"') {
        return Ok(json.to_owned());
    }
    let text: String = serde_json::from_str(json)?;
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    Ok(if runs { format!("'{text}") } else { text })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use logs_domain::{Draft, LlmRunSnapshot, Record, TenantId, Timestamp};
    use serde_json::Value;

    use super::{Columns, Scope};

    fn run(attributes: &str, model: &str) -> Record {
        let json = format!(
            r#"{{"llm_run":{{"run_id":"r","provider":"p","model":{model},"execution_status":"FAILED",
                "started_at":"2026-01-01T00:00:00Z","source":"API","attributes":{attributes}}}}}"#
        );
        let Draft::LlmRun(draft) = Draft::from_json(&json).unwrap() else {
            panic!("a run");
        };
        let time = Timestamp::from_micros(0).unwrap();
        Record::LlmRun(LlmRunSnapshot::from_parts(
            TenantId::new("t").unwrap(),
            draft,
            time,
        ))
    }

    fn cell(record: &Record, name: &str) -> String {
        let columns = Columns::of(Scope::LlmRun);
        let cells = columns.cells(record).unwrap();
        let place = columns.names().iter().position(|column| *column == name);
        cells[place.unwrap()].clone()
    }

    #[test]
    fn cells_hold_canonical_json_and_nothing_for_unknown() {
        let record = run(r#"{"b":1e2, "a":"x"}"#, r#""m""#);
        assert_eq!(cell(&record, "kind"), "llm_run");
        assert_eq!(cell(&record, "attributes"), r#"{"a":"x","b":100}"#);
        assert_eq!(cell(&record, "input_tokens"), "");
        assert_eq!(cell(&record, "is_synthetic"), "false");
        assert_eq!(cell(&record, "started_at"), "2026-01-01T00:00:00.000000Z");
    }

    #[test]
    fn a_spreadsheet_runs_no_cell() {
        for model in ["=1+1", "+1", "-1", "@a", "'a"] {
            let record = run("{}", &format!("\"{model}\""));
            assert_eq!(cell(&record, "model"), format!("'{model}"));
        }
        assert_eq!(cell(&run("{}", r#""a=b""#), "model"), "a=b");
    }

    #[test]
    fn every_field_of_a_run_has_a_column() {
        let json: Value = serde_json::to_value(run("{}", r#""m""#)).unwrap();
        let fields: BTreeSet<&str> = json["llm_run"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let columns: BTreeSet<&str> = Columns::of(Scope::LlmRun).names().iter().copied().collect();
        assert!(fields.is_subset(&columns), "{fields:?}");
    }
}
