//! What is there of each record: present, redacted, expired or missing.

use super::Findings;
use super::redactions::Redactions;
use crate::bundle::{BundleEntry, EntryName, EntryRecord, Problem, Redaction};
use crate::hash::Hash;
use crate::kind::REDACTION_KIND;

/// Tells the state of records, in the order of their entries.
pub(super) struct Records<'a> {
    tenant: &'a str,
    minimum_index: u64,
    redactions: Redactions,
    counts: Counts,
}

/// How many records are in which state, and their times.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) present: u64,
    pub(super) redacted: u64,
    pub(super) expired: u64,
    pub(super) recorded_micros: Option<(i64, i64)>,
}

impl<'a> Records<'a> {
    pub(super) fn new(tenant: &'a str, minimum_index: u64) -> Self {
        Self {
            tenant,
            minimum_index,
            redactions: Redactions::default(),
            counts: Counts::default(),
        }
    }

    /// Takes the next entry, and gives the hash of its leaf.
    pub(super) fn entry(
        &mut self,
        name: EntryName,
        entry: &BundleEntry,
        findings: &mut Findings<'_>,
    ) -> Hash {
        let mut redaction = None;
        match &entry.record {
            EntryRecord::Present { facts, .. } => {
                self.counts.present += 1;
                let records = entry.kind == REDACTION_KIND;
                redaction = records.then(|| Redaction::parse(facts)).flatten();
            }
            EntryRecord::Redacted { by, .. } => {
                self.counts.redacted += 1;
                if entry.kind == REDACTION_KIND {
                    findings.add(Some(name), Problem::RedactedRedaction);
                }
                self.redactions.claim(name, *by, findings);
            }
            EntryRecord::Gone { .. } if name.index < self.minimum_index => {
                self.counts.expired += 1;
            }
            EntryRecord::Gone { .. } => {
                let minimum_index = self.minimum_index;
                findings.add(Some(name), Problem::RecordMissing { minimum_index });
            }
        }
        if let Some(micros) = entry.recorded_at_micros() {
            let (first, last) = self.counts.recorded_micros.unwrap_or((micros, micros));
            self.counts.recorded_micros = Some((first.min(micros), last.max(micros)));
        }
        self.redactions.recorded(name.index, redaction, findings);
        entry.leaf_hash(self.tenant)
    }

    /// No more entries come.
    pub(super) fn finish(self, findings: &mut Findings<'_>) -> Counts {
        self.redactions.finish(findings);
        self.counts
    }
}
