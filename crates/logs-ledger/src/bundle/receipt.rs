//! The receipt of one record: the proof of its leaf (C2SP tlog-proof), with the record as its `extra`.

use super::entry::{BundleEntry, EntryRecord};
use super::text::{after, quoted, unquoted};
use crate::hash::Hash;
use crate::note::SignedNote;
use crate::tlog_proof::{TlogProof, TlogProofError};

/// Why a text is no receipt, or none can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The proof.
    #[error(transparent)]
    Proof(#[from] TlogProofError),
    /// The record that it is for.
    #[error("the `extra` of a receipt is a whole record and its tenant: {0}")]
    Record(String),
}

/// What a producer keeps of one record, to show later that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub(super) tenant: String,
    pub(super) entry: BundleEntry,
    pub(super) proof: TlogProof,
}

impl Receipt {
    /// A receipt of an entry of `tenant` at `index`, with its audit path and the checkpoint that it leads to.
    /// This does not check the proof.
    ///
    /// # Errors
    /// [`ReceiptError`] for an entry whose record is not whole, for a tenant with control characters, and for
    /// a receipt that would be too long to be read.
    pub fn new(
        tenant: &str,
        entry: BundleEntry,
        index: u64,
        path: Vec<Hash>,
        note: SignedNote,
    ) -> Result<Self, ReceiptError> {
        entry.check().map_err(ReceiptError::Record)?;
        let record = format!(
            "{{\"tenant\":{},\"entry\":{}}}",
            quoted(tenant),
            entry.to_text()
        );
        let proof = TlogProof::new(index, path, note).with_extra(record.into_bytes());
        // The reader's rules are the only ones: what it would refuse is never written.
        Self::parse(&proof.to_text())
    }

    /// The text: a tlog-proof.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.proof.to_text()
    }

    /// Reads the text. This does not check the proof.
    ///
    /// # Errors
    /// [`ReceiptError`] by what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let proof = TlogProof::parse(text)?;
        let refused = |reason: &str| ReceiptError::Record(reason.to_owned());
        let extra = proof.unauthenticated_extra();
        let extra = extra.ok_or_else(|| refused("there is none"))?;
        let record = std::str::from_utf8(extra).ok().and_then(split);
        let (tenant, entry) = record.ok_or_else(|| refused("it has another form"))?;
        match entry.record {
            EntryRecord::Present { .. } => Ok(Self {
                tenant,
                entry,
                proof,
            }),
            EntryRecord::Redacted { .. } | EntryRecord::Gone { .. } => {
                Err(refused("a part of it was removed"))
            }
        }
    }
}

fn split(text: &str) -> Option<(String, BundleEntry)> {
    let (tenant, rest) = after(text, "{\"tenant\":")?.split_once(",\"entry\":")?;
    let (entry, rest) = BundleEntry::split(rest)?;
    let same = rest == "}" && text.ends_with(&format!("{}}}", entry.to_text()));
    let named = unquoted(tenant).filter(|name| !name.chars().any(char::is_control));
    let tenant = named.filter(|name| quoted(name) == tenant)?;
    same.then_some((tenant, entry))
}
