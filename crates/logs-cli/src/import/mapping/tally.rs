//! The coverage of a mapping in a source, for notes about unused paths and rules.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::{Mapping, Rule};

/// The coverage of a mapping in a source.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    records: Cell<u64>,
    /// The indexes of the applied rules.
    applied: RefCell<BTreeSet<usize>>,
    /// The paths with a value, by the index of the rule.
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
    /// Notes about a source after its end: rules and paths without effect.
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

/// The paths of a rule without a value, except alternatives.
fn absent<'a>(rule: &'a Rule, found: &BTreeSet<String>) -> Vec<&'a str> {
    let groups = rule.fields.values().flat_map(|field| field.alternatives());
    let absent = groups.filter(|group| !group.iter().any(|path| found.contains(path.as_str())));
    let mut absent: Vec<&str> = absent.flatten().map(|path| path.as_str()).collect();
    absent.dedup();
    absent
}
