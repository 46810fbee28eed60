//! The columns of CSV files.

use std::collections::HashMap;

use logs_domain::field::{Field, FieldWriter, Value};
use logs_domain::{Record, RecordKind};

use super::kind::Scope;

/// The columns of every record.
const COMMON: [&str; 4] = ["kind", "id", "tenant_id", "created_at"];

/// The columns of a CSV file: `kind`, `id`, `tenant_id` and `created_at`, then the fields of the kinds
/// in the file, each once. A record has empty cells where its kind does not have the field.
///
/// An unknown value is an empty cell, because no text of a record is empty. JSON objects are cells
/// of canonical JSON. A spreadsheet would run a text that starts with `=`, `+`, `-`, `@`, a tab or
/// a carriage return. Such a text, and one with an apostrophe, gets an apostrophe in front. Remove
/// one apostrophe to get the original text.
#[derive(Clone, Debug)]
pub(crate) struct Columns(Vec<&'static str>);

impl Columns {
    /// The columns of a scope.
    pub(crate) fn of(scope: Scope) -> Self {
        let mut names = COMMON.to_vec();
        for kind in kinds(scope) {
            for column in kind.columns() {
                if !names.contains(&column.name) {
                    names.push(column.name);
                }
            }
        }
        Self(names)
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.0
    }

    /// The cells of a record.
    pub(crate) fn cells(&self, record: &Record) -> Vec<String> {
        let tenant = record.tenant_id().map(|tenant| cell(tenant.as_str()));
        let mut cells = Cells(HashMap::from([
            ("kind", record.kind().to_string()),
            ("id", record.id().to_string()),
            ("tenant_id", tenant.unwrap_or_default()),
            ("created_at", record.created_at().to_string()),
        ]));
        for draft in record.to_drafts() {
            draft.write_fields(&mut cells);
        }
        let value = |name: &&str| cells.0.get(*name).cloned().unwrap_or_default();
        self.0.iter().map(value).collect()
    }
}

/// The kinds of records in a file of a scope.
const fn kinds(scope: Scope) -> &'static [RecordKind] {
    match scope {
        Scope::LlmRun => &[RecordKind::LlmRun, RecordKind::Trace, RecordKind::TraceStep],
        Scope::System => &[RecordKind::SystemRecord],
        Scope::Audit => &[RecordKind::AuditEntry],
    }
}

/// The cells of a record by their columns.
struct Cells(HashMap<&'static str, String>);

impl FieldWriter<'_> for Cells {
    fn write(&mut self, field: &'static Field, value: Option<Value<'_>>) {
        let shown = match value {
            // One of the common columns.
            None | Some(Value::Id(_)) => return,
            Some(Value::Text(text)) => cell(text),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Time(time)) => time.to_string(),
            Some(Value::Flag(flag)) => flag.to_string(),
        };
        self.0.insert(field.name, shown);
    }
}

fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::{
        Draft, LlmRunSnapshot, Record, RecordKind, TenantId, Timestamp, TraceStepRecord,
    };

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
        let cells = columns.cells(record);
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
    fn every_field_of_each_kind_has_one_column() {
        for (scope, kinds) in [
            (Scope::LlmRun, &["llm_run", "trace", "trace_step"][..]),
            (Scope::System, &["system_record"]),
            (Scope::Audit, &["audit_entry"]),
        ] {
            let columns = Columns::of(scope);
            let mut names = columns.names().to_vec();
            let of_scope = |kind: &&RecordKind| kinds.contains(&kind.as_str());
            for kind in RecordKind::ALL.iter().filter(of_scope) {
                let fields = kind.fields().iter();
                let missing = fields.filter(|field| !names.contains(&field.name));
                assert_eq!(missing.count(), 0, "{kind}");
            }
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{names:?}");
        }
    }

    #[test]
    fn a_step_has_its_key_and_its_parent_in_columns() {
        let json = r#"{"trace_step":{"trace_id":"t","key":{"span":"s"},"parent":{"position":3},
            "timestamp":"2026-01-01T00:00:00Z","skill_name":"x","status":"FAILED",
            "outcome_category":"y","duration_ms":1}}"#;
        let Draft::TraceStep(draft) = Draft::from_json(json).unwrap() else {
            panic!("a step");
        };
        let (tenant, time) = (
            TenantId::new("t").unwrap(),
            Timestamp::from_micros(0).unwrap(),
        );
        let step = Record::TraceStep(TraceStepRecord::from_parts(tenant, draft, time));
        let shown = [
            "position",
            "span_id",
            "parent_position",
            "parent_span_id",
            "run_id",
        ]
        .map(|name| cell(&step, name));
        assert_eq!(shown, ["", "s", "3", "", ""]);
    }
}
