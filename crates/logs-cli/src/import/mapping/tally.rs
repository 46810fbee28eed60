//! What a mapping met in a source, to tell afterwards what it never met.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::{Mapping, Rule};

/// What a mapping met in a source.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    records: Cell<u64>,
    /// The places of the rules that were applied.
    applied: RefCell<BTreeSet<usize>>,
    /// The paths that led to a value, for each rule, by its place.
    found: RefCell<BTreeMap<usize, BTreeSet<String>>>,
}

impl Tally {
    pub(super) fn record(&self) {
        self.records.set(self.records.get() + 1);
    }

    pub(super) fn applied(&self, rule: usize) {
        self.applied.borrow_mut().insert(rule);
    }

    pub(super) fn found(&self, rule: usize, path: &str) {
        let mut found = self.found.borrow_mut();
        let paths = found.entry(rule).or_default();
        if !paths.contains(path) {
            paths.insert(path.to_owned());
        }
    }
}

impl Mapping {
    /// What the importer should know of a source that was read: rules and paths that met nothing.
    pub(crate) fn notes(&self, tally: &Tally) -> Vec<String> {
        if tally.records.get() == 0 {
            return Vec::new();
        }
        let found = tally.found.borrow();
        let mut notes = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let number = place + 1;
            let kind = rule.kind;
            if !tally.applied.borrow().contains(&place) {
                notes.push(format!("[[record]] {number} ({kind}) applied to no record"));
                continue;
            }
            let absent = absent(rule, found.get(&place).unwrap_or(&BTreeSet::new()));
            if !absent.is_empty() {
                let absent = absent.join(", ");
                notes.push(format!(
                    "[[record]] {number} ({kind}): no record has {absent}"
                ));
            }
        }
        notes
    }
}

/// The paths of a rule that led nowhere; of alternatives, none.
fn absent<'a>(rule: &'a Rule, found: &BTreeSet<String>) -> Vec<&'a str> {
    let groups = rule.fields.values().flat_map(|field| field.alternatives());
    let absent = groups.filter(|group| !group.iter().any(|path| found.contains(path.as_str())));
    let mut absent: Vec<&str> = absent.flatten().map(|path| path.as_str()).collect();
    absent.dedup();
    absent
}
