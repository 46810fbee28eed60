//! Checking a receipt.

use super::{Findings, Verification};
use crate::bundle::{EntryName, Finding, Problem, Receipt, Unreadable};
use crate::checkpoint::Checkpoint;
use crate::proof::verify_inclusion;
use crate::signer::TreeHead;

/// What a receipt is about. It is to be believed when nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptSummary {
    /// The name of the log.
    pub origin: String,
    /// Whose log it is.
    pub tenant: String,
    /// Size and root of the log at the checkpoint.
    pub head: TreeHead,
    /// The entry.
    pub entry: EntryName,
    /// The record time: microseconds since 1970-01-01 UTC.
    pub recorded_at_micros: Option<i64>,
    /// The keys that signed the checkpoint, as `name+id`.
    pub signed_by: Vec<String>,
    /// The size of the trusted checkpoint, when it is the one of the receipt.
    pub extends: Option<u64>,
    /// How many things were found wrong.
    pub findings: u64,
}

impl Verification<'_> {
    /// Checks that the record of a receipt is in the log, and reports each thing that is wrong. The receipt holds
    /// when there is none: [`ReceiptSummary::findings`] is 0.
    ///
    /// A receipt has no proof of consistency. So a trusted checkpoint must be of the size of its own.
    ///
    /// # Errors
    /// [`Unreadable`] when it cannot be judged, which is no better than altered.
    pub fn run_receipt(
        &self,
        text: &str,
        report: &mut dyn FnMut(&Finding),
    ) -> Result<ReceiptSummary, Unreadable> {
        let mut findings = Findings { report, count: 0 };
        let unreadable = |reason: &dyn ToString| Unreadable::new("receipt", reason.to_string());
        let receipt = Receipt::parse(text).map_err(|error| unreadable(&error))?;
        let (proof, entry) = (&receipt.proof, &receipt.entry);
        let (checkpoint, signed_by) = self
            .opened(proof.note(), &mut findings)
            .map_err(|error| unreadable(&error))?;
        let (index, head) = (proof.index(), checkpoint.head());
        let record = Some((entry.kind, entry.id));
        let name = EntryName { index, record };
        let leaf = entry.leaf_hash(&receipt.tenant);
        if verify_inclusion(&leaf, index, head.size, proof.path(), &head.root).is_err() {
            findings.add(Some(name), Problem::AlteredOrMoved);
        }
        let mut extends = None;
        if let Some(trusted) = self.trusted {
            let size = trusted.head().size;
            if size != head.size {
                return Err(unreadable(&format!(
                    "nothing in it leads to the trusted checkpoint of size {size}: give the one of size \
                     {}, or none",
                    head.size
                )));
            }
            match differs(trusted, &checkpoint) {
                None => extends = Some(size),
                Some(reason) => findings.add(None, Problem::Trusted { size, reason }),
            }
        }
        Ok(ReceiptSummary {
            origin: checkpoint.origin().to_owned(),
            tenant: receipt.tenant.clone(),
            head,
            entry: name,
            recorded_at_micros: entry.recorded_at_micros(),
            signed_by,
            extends,
            findings: findings.count,
        })
    }
}

/// How a checkpoint differs from a trusted one of its size.
fn differs(trusted: &Checkpoint, found: &Checkpoint) -> Option<String> {
    if trusted.origin() != found.origin() {
        return Some(format!("that one is of the log {}", trusted.origin()));
    }
    let other = trusted.head().root != found.head().root;
    other.then(|| "it has another root at that size".to_owned())
}
