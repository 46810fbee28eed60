//! How often each thing worth testing occurred. One that never did fails the run: the test would
//! have proved nothing about it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use logs_domain::{Draft, JsonObject, RunId, UsageSummary};

use super::filters::FIELDS;

/// What has to occur, besides every pair of filters.
const EXPECTED: &[&str] = &[
    "batch with an equal duplicate",
    "clock stepped back",
    "conflict rejected",
    "conflict skipped",
    "count: at the default",
    "count: exact",
    "count: skipped",
    "cursor on another list refused",
    "cursor with another limit",
    "direction: ascending",
    "direction: descending",
    "export: outcome in the batch of its export",
    "export: outcome later",
    "export: outcome without export refused",
    "ids: beyond ASCII",
    "ids: of the largest size",
    "ids: differ by case",
    "ids: differ by normalisation",
    "limit 1",
    "limit 1000",
    "offset 10000",
    "page: empty",
    "platform id equal to a tenant's",
    "retry of an earlier append",
    "settled time",
    "state: no run id",
    "state: of the largest size",
    "step: late",
    "step: sent again",
    "times: equal occurred or started",
    "usage: cost beyond 64 bits",
    "usage: runs apart",
    "usage: several groups",
    "walk back over pages",
    "walk over pages",
    "walk with an append between pages",
];

/// Counts what occurred.
#[derive(Debug, Default)]
pub(super) struct Coverage(Mutex<BTreeMap<String, u64>>);

impl Coverage {
    /// Notes that `what` occurred.
    pub(super) fn note(&self, what: impl Into<String>) {
        *self.0.lock().unwrap().entry(what.into()).or_default() += 1;
    }

    /// Notes `what` when it is so.
    pub(super) fn note_if(&self, so: bool, what: &str) {
        if so {
            self.note(what);
        }
    }

    /// Notes what is worth it about an id among those that were seen.
    pub(super) fn note_ids(&self, id: &str, seen: &BTreeSet<String>) {
        let both = |one: &str, other: &str| seen.contains(one) && seen.contains(other);
        self.note_if(!id.is_ascii(), "ids: beyond ASCII");
        self.note_if(id.len() == RunId::MAX_BYTES, "ids: of the largest size");
        self.note_if(both("a", "A"), "ids: differ by case");
        self.note_if(both("\u{e9}", "e\u{301}"), "ids: differ by normalisation");
    }

    /// Notes states that name what no run id can be, and the largest.
    pub(super) fn note_sizes(&self, drafts: &[Draft]) {
        for draft in drafts {
            let Draft::AuditEntry(entry) = draft else {
                continue;
            };
            for state in [&entry.before_state, &entry.after_state]
                .into_iter()
                .flatten()
            {
                let run = state.get_str("run_id");
                let no_id = run.is_some_and(|text| RunId::new(text).is_err());
                self.note_if(entry.is_governance() && no_id, "state: no run id");
                let largest = state.as_bytes().len() == JsonObject::MAX_BYTES;
                self.note_if(largest, "state: of the largest size");
            }
        }
    }

    /// Notes what is worth it about usage.
    pub(super) fn note_usage(&self, usage: &UsageSummary) {
        let beyond = usage.total().cost.nano_usd() > i128::from(i64::MAX);
        self.note_if(beyond, "usage: cost beyond 64 bits");
        self.note_if(usage.synthetic_runs > 0, "usage: runs apart");
        self.note_if(usage.groups.len() > 1, "usage: several groups");
    }

    /// Notes every pair of fields that a filter has set.
    pub(super) fn note_filter(&self, list: &str, fields: &[&str]) {
        for (place, one) in fields.iter().enumerate() {
            for other in fields.iter().skip(place + 1) {
                self.note(pair(list, one, other));
            }
        }
    }

    /// The table of what occurred; an error when something did not.
    pub(super) fn checked_table(&self) -> Result<String, String> {
        let counts = self.0.lock().unwrap();
        let pairs = FIELDS.iter().flat_map(|(list, fields)| pairs(list, fields));
        let expected: Vec<String> = EXPECTED
            .iter()
            .map(|what| (*what).to_owned())
            .chain(pairs)
            .collect();
        let missing: Vec<&str> = expected
            .iter()
            .filter(|what| !counts.contains_key(*what))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "nothing is proved about what never occurred: {missing:?}"
            ));
        }
        let lines = counts
            .iter()
            .map(|(what, count)| format!("{count:>8}  {what}\n"));
        Ok(lines.collect())
    }
}

fn pairs(list: &'static str, fields: &'static [&'static str]) -> impl Iterator<Item = String> {
    fields.iter().enumerate().flat_map(move |(place, one)| {
        fields
            .iter()
            .skip(place + 1)
            .map(move |other| pair(list, one, other))
    })
}

fn pair(list: &str, one: &str, other: &str) -> String {
    format!("filter: {list} by {one} and {other}")
}
