//! Plans of statements, made and executed once more by the server, and what is wrong with them.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::log::Statement;

/// How the server plans a prepared statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Once, whatever the parameters: as the sessions of the store ask for it.
    Generic,
    /// For these parameters.
    Custom,
}

impl Mode {
    pub(super) const ALL: [Self; 2] = [Self::Generic, Self::Custom];

    fn setting(self) -> &'static str {
        match self {
            Self::Generic => "SET LOCAL plan_cache_mode = force_generic_plan",
            Self::Custom => "SET LOCAL plan_cache_mode = force_custom_plan",
        }
    }
}

/// A plan that was executed.
#[derive(Clone, Debug)]
pub(super) struct Plan(Value);

/// Plans and executes a statement in a transaction of its own. `first` is executed before it in that
/// transaction, which is rolled back.
pub(super) async fn explained(
    connection: &mut PgConnection,
    statement: &Statement,
    mode: Mode,
    first: &str,
) -> Plan {
    let mut script = format!("BEGIN; {first}; {}; ", mode.setting());
    for setting in &statement.settings {
        script.push_str(setting);
        script.push_str("; ");
    }
    script.push_str(&format!("PREPARE asked AS {}", statement.sql));
    run(connection, script).await;
    let mut execute = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked".to_owned();
    if !statement.parameters.is_empty() {
        execute.push_str(&format!("({})", statement.parameters.join(", ")));
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(execute)).fetch_one(&mut *connection);
    let text: String = rows.await.unwrap().try_get_unchecked(0).unwrap();
    run(connection, "ROLLBACK; DEALLOCATE asked".to_owned()).await;
    let plan: Value = serde_json::from_str(&text).unwrap();
    let plan = plan.pointer("/0/Plan").unwrap().clone();
    // A generic plan knows its parameters by their numbers alone.
    let numbered = [
        "tenant_id = $",
        "tenant_id = ($",
        "tenant_id = ANY (ARRAY[$",
    ]
    .iter()
    .any(|words| text.contains(words));
    assert_eq!(numbered, mode == Mode::Generic, "{text}");
    Plan(plan)
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

/// How many rows a plan may touch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    /// Any scan, and any sort.
    pub(super) rows: f64,
    /// A scan whose rows are counted, and go nowhere.
    pub(super) counted: f64,
}

impl Plan {
    /// The buffers that were asked for, but for those of rows that were counted and of keys that were
    /// looked up.
    pub(super) fn buffers(&self) -> f64 {
        let (_, of_keys) = self.keys();
        buffers(&self.0) - counted(&self.0) - of_keys
    }

    /// How many keys of records were looked up one by one, and the buffers that they took.
    pub(super) fn keys(&self) -> (f64, f64) {
        keys(&self.0)
    }

    /// What is wrong: scans of whole tables, among those that hold something; rows that are read in
    /// vain or in numbers; sorts.
    pub(super) fn faults(&self, held: &BTreeSet<String>, allowed: Allowed) -> Vec<String> {
        let mut faults = Vec::new();
        look(&self.0, held, allowed, &mut faults);
        faults
    }
}

fn look(node: &Value, held: &BTreeSet<String>, allowed: Allowed, faults: &mut Vec<String>) {
    let (kind, relation) = (kind(node), text(node, "Relation Name"));
    if kind == "Seq Scan" && held.contains(relation) {
        faults.push(format!("a sequential scan of {relation}"));
    }
    if kind.contains("Sort") {
        let sorted: f64 = below(node).iter().map(rows).sum();
        if sorted > allowed.rows {
            faults.push(format!("a sort of {sorted} rows"));
        }
    }
    let removed = number(node, "Rows Removed by Filter")
        + number(node, "Rows Removed by Index Recheck")
        + number(node, "Rows Removed by Join Filter");
    let removed = removed * number(node, "Actual Loops");
    let found = if kind.contains("Scan") {
        rows(node)
    } else {
        0.0
    };
    if removed + found > allowed.rows {
        let index = text(node, "Index Name");
        faults.push(format!(
            "{kind} of {relation} by {index:?} reads {found} rows, and {removed} in vain"
        ));
    }
    let allowed = if kind == "Aggregate" && removed == 0.0 {
        Allowed {
            rows: allowed.counted,
            ..allowed
        }
    } else {
        allowed
    };
    for node in below(node) {
        look(node, held, allowed, faults);
    }
}

/// The buffers that a node and all below it asked for.
fn buffers(node: &Value) -> f64 {
    number(node, "Shared Hit Blocks") + number(node, "Shared Read Blocks")
}

/// The buffers of the counts in a node.
fn counted(node: &Value) -> f64 {
    if kind(node) == "Aggregate" {
        return buffers(node);
    }
    below(node).iter().map(counted).sum()
}

/// The looks at keys in a node, and their buffers.
fn keys(node: &Value) -> (f64, f64) {
    let is_look = text(node, "Parent Relationship") == "SubPlan"
        && text(node, "Relation Name") == "record_key";
    if is_look {
        return (number(node, "Actual Loops"), buffers(node));
    }
    let add = |(looks, asked), (more, of_them)| (looks + more, asked + of_them);
    below(node).iter().map(keys).fold((0.0, 0.0), add)
}

fn kind(node: &Value) -> &str {
    text(node, "Node Type")
}

fn below(node: &Value) -> &[Value] {
    let plans = node.get("Plans").and_then(Value::as_array);
    plans.map_or(&[], Vec::as_slice)
}

fn text<'a>(node: &'a Value, name: &str) -> &'a str {
    node.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// All rows that a node gave.
fn rows(node: &Value) -> f64 {
    number(node, "Actual Rows") * number(node, "Actual Loops")
}

fn number(node: &Value, name: &str) -> f64 {
    node.get(name).and_then(Value::as_f64).unwrap_or_default()
}
