//! Compares the schema with what this version installs. It compares each table, index, trigger,
//! function, view and right with a list, and names the differences.
//!
//! `definitions.sql` makes the list `definitions.txt` from a database with all steps. A test
//! compares both. `cargo xtask queries` writes the list.

use std::collections::{BTreeMap, BTreeSet};

use logs_domain::StoreResult;
use sqlx::postgres::PgConnection;

use super::Check;
use crate::error;

const LISTING: &str = include_str!("definitions.sql");
const LIST: &str = include_str!("definitions.txt");

/// The checks of the list, in the order of the report.
const CHECKS: [&str; 6] = [
    "tables",
    "indexes",
    "append-only",
    "functions",
    "views",
    "grants",
];
/// How many differences a check names.
const NAMED: usize = 8;
/// The end of the names of objects that exist once for each month.
const MONTHLY: &str = "_0_YYYYMM";

/// A property of an object, with its check.
type Property<'a> = (&'a str, &'a str);
/// The listed properties, by object.
type Listed<'a> = BTreeMap<&'a str, BTreeSet<Property<'a>>>;

/// A row of the listing.
#[derive(Debug, sqlx::FromRow)]
struct DefinitionRow {
    check: String,
    object: String,
    name: String,
    property: String,
}

/// Compares the schema with the list.
pub(super) async fn check(connection: &mut PgConnection) -> StoreResult<Vec<Check>> {
    let rows = listing(connection).await.map_err(error::read)?;
    Ok(compare(&rows, &listed(LIST)))
}

/// Reports that nothing was compared, because a newer schema has its own list.
pub(super) fn newer() -> Check {
    Check {
        name: "definitions",
        passed: true,
        found: "not compared: the schema is newer than this program".to_owned(),
    }
}

async fn listing(connection: &mut PgConnection) -> Result<Vec<DefinitionRow>, sqlx::Error> {
    sqlx::query_as(LISTING).fetch_all(connection).await
}

/// Parses lines `check
///
/// object
///
/// property`.
fn listed(list: &str) -> Listed<'_> {
    let mut listed = Listed::new();
    for line in list.lines() {
        let mut parts = line.splitn(3, " | ");
        if let (Some(check), Some(object), Some(property)) =
            (parts.next(), parts.next(), parts.next())
        {
            listed.entry(object).or_default().insert((check, property));
        }
    }
    listed
}

fn compare(rows: &[DefinitionRow], list: &Listed<'_>) -> Vec<Check> {
    let mut found: BTreeMap<(&str, &str), BTreeSet<Property<'_>>> = BTreeMap::new();
    for row in rows {
        let properties = found.entry((&row.object, &row.name)).or_default();
        properties.insert((&row.check, &row.property));
    }
    let mut differences: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut differs = |check, difference| {
        differences.entry(check).or_default().insert(difference);
    };
    for ((object, name), properties) in &found {
        match list.get(object) {
            None => {
                for (check, property) in properties {
                    differs(*check, format!("{name}: not of this schema, {property}"));
                }
            }
            Some(expected) => {
                for (check, property) in properties.difference(expected) {
                    differs(*check, format!("{name}: not as installed, {property}"));
                }
                for (check, property) in expected.difference(properties) {
                    differs(*check, format!("{name}: lacks {property}"));
                }
            }
        }
    }
    for (object, expected) in list {
        let is_there = found.keys().any(|(found, _)| found == object);
        if let (false, false, Some((check, _))) =
            (is_there, object.ends_with(MONTHLY), expected.first())
        {
            differs(*check, format!("{object}: missing"));
        }
    }
    CHECKS
        .iter()
        .map(|name| {
            let differences = differences.remove(name).unwrap_or_default();
            Check {
                name,
                passed: differences.is_empty(),
                found: told(&differences),
            }
        })
        .collect()
}

fn told(differences: &BTreeSet<String>) -> String {
    if differences.is_empty() {
        return "as this version installs them".to_owned();
    }
    let named: Vec<&str> = differences.iter().take(NAMED).map(String::as_str).collect();
    let named = named.join("; ");
    match differences.len().checked_sub(NAMED) {
        None | Some(0) => named,
        Some(more) => format!("{named}; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use test_postgres::{Durability, Server};

    use super::{CHECKS, DefinitionRow, LIST, compare, listed, listing};
    use crate::{PostgresStore, session};

    /// The environment variable for writing the list.
    const WRITE: &str = "LOGS_WRITE_DEFINITIONS";

    #[tokio::test]
    async fn the_list_is_what_the_steps_install() {
        let server = Server::start(Durability::Off).unwrap();
        let database = server.empty().unwrap();
        PostgresStore::migrate(&database.url()).await.unwrap();
        let mut connection = session::administer(&database.url()).await.unwrap();
        let rows = listing(&mut connection).await.unwrap();
        let lines: BTreeSet<String> = rows
            .iter()
            .map(|row| format!("{} | {} | {}\n", row.check, row.object, row.property))
            .collect();
        let found: String = lines.into_iter().collect();
        if std::env::var_os(WRITE).is_some() {
            let list = concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctor/definitions.txt");
            std::fs::write(list, found).unwrap();
            return;
        }
        // A difference is easier to read than two lists.
        let differing: Vec<_> = compare(&rows, &listed(LIST))
            .into_iter()
            .filter(|check| !check.passed)
            .collect();
        let way_out = "cargo xtask queries writes it anew";
        assert!(differing.is_empty(), "{differing:#?}: {way_out}");
        assert_eq!(found, LIST, "{way_out}");
    }

    #[test]
    fn what_differs_is_named_once_and_where_it_belongs() {
        let list = "tables | t | table\ntables | t | column a\ngrants | t | SELECT for x\n\
             tables | p_0_YYYYMM | partition\n";
        let rows = |lines: &[[&str; 4]]| -> Vec<DefinitionRow> {
            let row = |[check, object, name, property]: &[&str; 4]| DefinitionRow {
                check: (*check).to_owned(),
                object: (*object).to_owned(),
                name: (*name).to_owned(),
                property: (*property).to_owned(),
            };
            lines.iter().map(row).collect()
        };
        let as_listed = [
            ["tables", "t", "t", "table"],
            ["tables", "t", "t", "column a"],
            ["grants", "t", "t", "SELECT for x"],
        ];
        let found = compare(&rows(&as_listed), &listed(list));
        assert_eq!(found.len(), CHECKS.len());
        assert!(found.iter().all(|check| check.passed), "{found:?}");

        let other = [
            ["tables", "t", "t", "table"],
            ["grants", "t", "t", "SELECT for x"],
            ["grants", "t", "t", "DELETE for y"],
            ["tables", "p_0_YYYYMM", "p_0_202601", "no partition"],
            ["tables", "u", "u", "table"],
        ];
        let found = compare(&rows(&other), &listed(list));
        let said = |name: &str| {
            let check = found.iter().find(|check| check.name == name).unwrap();
            check.found.as_str()
        };
        assert_eq!(
            said("tables"),
            "p_0_202601: lacks partition; p_0_202601: not as installed, no partition; \
             t: lacks column a; u: not of this schema, table"
        );
        assert_eq!(said("grants"), "t: not as installed, DELETE for y");
        let found = compare(&[], &listed(list));
        assert_eq!(found.iter().filter(|check| !check.passed).count(), 1);
    }
}
