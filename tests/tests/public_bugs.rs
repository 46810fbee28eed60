//! `docs/public-bugs.md` names tests that are there.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// How many faults the table has.
const ROWS: usize = 28;

/// The names of the functions of all sources below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let names = text.split("fn ").skip(1);
            found.extend(names.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/public-bugs.md")).unwrap();
    let mut known = BTreeSet::new();
    functions(&Path::new(ROOT).join("crates"), &mut known);
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    let mut numbers = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, .., tests] = cells.as_slice() else {
            panic!("a row of the table: {row}");
        };
        numbers.push(number.parse::<usize>().unwrap());
        if tests.starts_with("none: ") {
            continue;
        }
        for name in tests.split(", ").map(|name| name.trim_matches('`')) {
            assert!(
                known.contains(name),
                "row {number}: no test has the name {name}"
            );
        }
    }
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<_>>());
}
