//! Claims that a part is redacted, until the entry comes that records it.

use std::collections::BTreeMap;

use super::Findings;
use crate::bundle::{EntryName, Part, PartContent, Problem, REDACTION_KIND, Redaction};
use crate::leaf::Leaf;

/// Claims, by the entry that should record them.
#[derive(Default)]
pub(super) struct Redactions {
    claims: BTreeMap<u64, Vec<(EntryName, Part)>>,
    pub(super) count: u64,
}

impl Redactions {
    /// A part is said to be redacted.
    pub(super) fn claim(
        &mut self,
        entry: EntryName,
        kind: &str,
        part: Part,
        by: u64,
        findings: &mut Findings<'_>,
    ) {
        self.count += 1;
        if kind == REDACTION_KIND {
            findings.add(Some(entry), Problem::RedactedRedaction { part });
        }
        if by <= entry.index {
            findings.add(Some(entry), Problem::Redaction { part, by });
        } else {
            self.claims.entry(by).or_default().push((entry, part));
        }
    }

    /// An entry came, which may record redactions.
    pub(super) fn recorded(
        &mut self,
        index: u64,
        leaf: &Leaf<'_>,
        what: Option<&PartContent>,
        findings: &mut Findings<'_>,
    ) {
        let Some(claims) = self.claims.remove(&index) else {
            return;
        };
        let redaction = match what {
            Some(PartContent::Present { payload, .. }) if leaf.kind == REDACTION_KIND => {
                Redaction::parse(payload)
            }
            Some(_) | None => None,
        };
        for (entry, part) in claims {
            let records = redaction.as_ref().is_some_and(|redaction| {
                Some(redaction.entry_id) == entry.id && redaction.removes(part)
            });
            if !records {
                findings.add(Some(entry), Problem::Redaction { part, by: index });
            }
        }
    }

    /// No more entries come.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        for (by, claims) in self.claims {
            for (entry, part) in claims {
                findings.add(Some(entry), Problem::Redaction { part, by });
            }
        }
    }
}
