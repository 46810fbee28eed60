//! The text of a proof for one leaf (C2SP tlog-proof): its index, its audit path and a checkpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::error::ProofError;
use crate::hash::Hash;
use crate::node::MAX_LOG_SIZE;
use crate::note::{MAX_NOTE_BYTES, NoteError, NoteVerifier, SignedNote};
use crate::proof::{MAX_PATH, verify_inclusion};

/// Most bytes of a proof that are read.
pub const MAX_TLOG_PROOF_BYTES: usize = 2 * MAX_NOTE_BYTES;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Why the reader refuses a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// The text has not the form of a proof.
    #[error("line {line} of a proof is {expected}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The expectation.
        expected: &'static str,
    },
    /// The note of the checkpoint.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text of the checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint belongs to another log than the keys.
    #[error("the checkpoint is of the log {origin}, and no key with this name signed it")]
    Origin {
        /// The origin in the checkpoint.
        origin: String,
    },
    /// The path.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// The proof that a leaf is in the log of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    index: u64,
    path: Vec<Hash>,
    extra: Option<Vec<u8>>,
    note: SignedNote,
}

impl TlogProof {
    /// A proof without extra data. This does not check it.
    #[must_use]
    pub const fn new(index: u64, path: Vec<Hash>, note: SignedNote) -> Self {
        Self {
            index,
            path,
            extra: None,
            note,
        }
    }

    /// Adds bytes for an application. Nothing authenticates them.
    #[must_use]
    pub fn with_extra(mut self, extra: Vec<u8>) -> Self {
        self.extra = Some(extra);
        self
    }

    /// The place of the leaf in the log, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    pub(crate) fn path(&self) -> &[Hash] {
        &self.path
    }

    pub(crate) const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// The bytes that nothing authenticates.
    #[must_use]
    pub fn unauthenticated_extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Parses the text. Each proof has exactly one text: [`to_text`](Self::to_text).
    ///
    /// # Errors
    /// [`TlogProofError`] for the first wrong line.
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        if text.len() > MAX_TLOG_PROOF_BYTES {
            return Err(NoteError::TooLong.into());
        }
        let refused = |line, expected| TlogProofError::Form { line, expected };
        let mut number = 1;
        let mut rest = text;
        let mut line = || {
            let (line, after) = rest.split_once('\n')?;
            rest = after;
            number += 1;
            Some((number - 1, line))
        };
        if line() != Some((1, HEADER)) {
            return Err(refused(1, HEADER));
        }
        let index_line = "`extra` and base64, or `index` and a plain decimal number";
        let (mut place, mut found) = line().ok_or(refused(2, index_line))?;
        let mut extra = None;
        if let Some(encoded) = found.strip_prefix("extra ") {
            let bytes = STANDARD.decode(encoded);
            extra = Some(bytes.map_err(|_| refused(place, index_line))?);
            (place, found) = line().ok_or(refused(3, index_line))?;
        }
        let index = found.strip_prefix("index ").and_then(plain_number);
        let index = index.ok_or(refused(place, index_line))?;
        let mut path = Vec::new();
        loop {
            let expected = "a hash in base64, or empty before the checkpoint";
            let (place, found) = line().ok_or(refused(place + path.len() + 1, expected))?;
            if found.is_empty() {
                break;
            }
            let bytes = STANDARD.decode(found).ok();
            let hash = bytes.and_then(|bytes| bytes.try_into().ok());
            path.push(Hash::from_bytes(hash.ok_or(refused(place, expected))?));
            if path.len() > MAX_PATH {
                return Err(ProofError::WrongLength.into());
            }
        }
        Ok(Self {
            index,
            path,
            extra,
            note: SignedNote::parse(rest)?,
        })
    }

    /// The text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&format!("{}\n", STANDARD.encode(hash.as_bytes())));
        }
        format!("{text}\n{}", self.note.to_text())
    }

    /// Checks that `leaf` is in the log at this index, and that a trusted key of the log signed the
    /// checkpoint, which is returned.
    ///
    /// # Errors
    /// [`TlogProofError`] for the failed check.
    pub fn verify(&self, leaf: &Hash, keys: &[NoteVerifier]) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(&self.note, keys)?;
        let head = checkpoint.head();
        verify_inclusion(leaf, self.index, head.size, &self.path, &head.root)?;
        Ok(checkpoint)
    }
}

fn plain_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text && number < MAX_LOG_SIZE).then_some(number)
}
