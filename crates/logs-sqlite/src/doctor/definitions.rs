//! Compares every definition in the file with those that this version creates in an empty file.

use std::collections::BTreeMap;

use logs_domain::StoreResult;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::Check;
use super::report::Findings;
use crate::{error, migrations};

/// The tables of `ANALYZE`. They do not matter, because every query names its index.
const STATISTICS: &[&str] = &["sqlite_stat1", "sqlite_stat4"];

/// A row of `sqlite_schema` without kind and name.
#[derive(Debug, PartialEq, Eq)]
struct Definition {
    table: String,
    sql: String,
    /// Its root page; 0 for an object without pages.
    root: i64,
}

/// Definitions by kind and name. A damaged file may have several with one name.
type Definitions = BTreeMap<(String, String), Vec<Definition>>;

/// Compares the triggers and all other objects with those of the steps up to `schema`.
pub(super) async fn checks(connection: &mut SqliteConnection, schema: u64) -> [Check; 2] {
    match compared(connection, schema).await {
        Ok(checks) => checks,
        Err(error) => {
            let message = error.to_string();
            let failed = |name| Check::new(name, false, message.clone());
            [failed("definitions"), failed("append-only")]
        }
    }
}

async fn compared(connection: &mut SqliteConnection, schema: u64) -> StoreResult<[Check; 2]> {
    let expected = expected(schema).await?;
    let found = definitions(connection).await?;
    let mut triggers = Findings::default();
    let mut others = Findings::default();
    for (key, wanted) in &expected {
        let findings = if key.0 == "trigger" {
            &mut triggers
        } else {
            &mut others
        };
        let (kind, name) = key;
        match found.get(key).map(Vec::as_slice) {
            None => findings.add(|| format!("{kind} {name} is missing")),
            Some([one]) if wanted.iter().any(|wanted| wanted.says_the_same(one)) => {}
            Some([_]) => findings.add(|| format!("{kind} {name} was changed")),
            Some(_) => findings.add(|| format!("{kind} {name} occurs several times")),
        }
    }
    for (kind, name) in found.keys().filter(|key| !expected.contains_key(*key)) {
        if STATISTICS.contains(&name.as_str()) {
            continue;
        }
        let findings = if kind == "trigger" {
            &mut triggers
        } else {
            &mut others
        };
        findings.add(|| format!("{kind} {name} is unknown"));
    }
    let mut by_root: BTreeMap<i64, &str> = BTreeMap::new();
    for ((_, name), rows) in &found {
        for row in rows.iter().filter(|row| row.root != 0) {
            if let Some(other) = by_root.insert(row.root, name) {
                others.add(|| format!("{other} and {name} have the same pages"));
            }
        }
    }
    let count = |trigger: bool| {
        let counted = expected
            .keys()
            .filter(|key| (key.0 == "trigger") == trigger);
        counted.count()
    };
    Ok([
        others.check(
            "definitions",
            format!(
                "{} tables and indexes, as this version creates them",
                count(false)
            ),
        ),
        triggers.check(
            "append-only",
            format!("{} triggers, as this version creates them", count(true)),
        ),
    ])
}

impl Definition {
    /// Whether both definitions are equal. Root pages may differ.
    fn says_the_same(&self, other: &Self) -> bool {
        (&self.table, &self.sql) == (&other.table, &other.sql)
    }
}

/// The objects that the steps create in an empty database.
async fn expected(schema: u64) -> StoreResult<Definitions> {
    let mut fresh = SqliteConnectOptions::new()
        .in_memory(true)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(error::open)?;
    migrations::apply(&mut fresh, schema).await?;
    let definitions = definitions(&mut fresh).await?;
    fresh.close().await.map_err(error::read)?;
    Ok(definitions)
}

async fn definitions(connection: &mut SqliteConnection) -> StoreResult<Definitions> {
    // A damaged row may hold any value. As text, the report can show it.
    let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
        "SELECT COALESCE(CAST(type AS TEXT), ''), COALESCE(CAST(name AS TEXT), ''), \
         COALESCE(CAST(tbl_name AS TEXT), ''), COALESCE(CAST(sql AS TEXT), ''), \
         CAST(COALESCE(rootpage, 0) AS INTEGER) FROM sqlite_schema",
    )
    .fetch_all(connection)
    .await
    .map_err(error::read)?;
    let mut definitions = Definitions::new();
    for (kind, name, table, sql, root) in rows {
        let definition = Definition { table, sql, root };
        definitions
            .entry((kind, name))
            .or_default()
            .push(definition);
    }
    Ok(definitions)
}
