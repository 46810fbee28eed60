//! Chosen entries: each by its own proof against the signed root.

use super::Findings;
use super::lines::Lines;
use super::records::{Counts, Records};
use crate::bundle::answers::Answers;
use crate::bundle::manifest::Manifest;
use crate::bundle::{BundleSource, Problem, Unreadable};
use crate::proof::verify_inclusion;
use crate::signer::TreeHead;

/// Checks the entries, and that as many answer to each part of the question as the manifest says.
pub(super) fn run(
    source: &impl BundleSource,
    manifest: &Manifest,
    answers: &Answers,
    head: TreeHead,
    findings: &mut Findings<'_>,
) -> Result<Counts, Unreadable> {
    let mut lines = Lines::open(source)?;
    let mut records = Records::new(&manifest.tenant, manifest.minimum_index);
    let mut found = Answers::default();
    let mut next = 0;
    while let Some(line) = lines.next()? {
        let known = line.and_then(|line| {
            let chosen = line.chosen.clone()?;
            found.count(&chosen.answers).then_some((line, chosen))
        });
        let Some((line, chosen)) = known else {
            let line = lines.read;
            findings.add(None, Problem::EntryForm { line });
            continue;
        };
        let (name, index) = (line.name(), line.index);
        if index < next {
            findings.add(Some(name), Problem::EntryUnexpected);
            continue;
        }
        next = index.saturating_add(1);
        let leaf = records.entry(name, &line.entry, findings);
        if verify_inclusion(&leaf, index, head.size, &chosen.proof, &head.root).is_err() {
            findings.add(Some(name), Problem::AlteredOrMoved);
        }
    }
    findings.compare("answers", &answers.to_string(), &found.to_string());
    Ok(records.finish(findings))
}
