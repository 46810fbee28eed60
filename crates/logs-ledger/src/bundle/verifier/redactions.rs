//! Claims that content is redacted, until the entry comes that records it.

use std::collections::BTreeMap;

use super::Findings;
use crate::bundle::{EntryName, Problem, Redaction};

/// Claims, by the entry that should record them.
#[derive(Default)]
pub(super) struct Redactions(BTreeMap<u64, Vec<EntryName>>);

impl Redactions {
    /// The content of an entry is said to be redacted.
    pub(super) fn claim(&mut self, entry: EntryName, by: u64, findings: &mut Findings<'_>) {
        if by <= entry.index {
            findings.add(Some(entry), Problem::Redaction { by });
        } else {
            self.0.entry(by).or_default().push(entry);
        }
    }

    /// An entry came, which records this redaction or none.
    pub(super) fn recorded(
        &mut self,
        index: u64,
        redaction: Option<Redaction>,
        findings: &mut Findings<'_>,
    ) {
        let recorded = redaction.map(|redaction| (redaction.kind, redaction.id));
        for entry in self.0.remove(&index).into_iter().flatten() {
            if recorded.is_none() || recorded != entry.record {
                findings.add(Some(entry), Problem::Redaction { by: index });
            }
        }
    }

    /// No more entries come.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        for (by, entries) in self.0 {
            for entry in entries {
                findings.add(Some(entry), Problem::Redaction { by });
            }
        }
    }
}
