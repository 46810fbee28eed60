//! What ends the writing or the checking of a bundle.

use std::io;

use crate::error::LedgerError;

/// Why a bundle is not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Where the files go.
    #[error("cannot write {path}")]
    Sink {
        /// The file.
        path: String,
        /// What the storage said.
        #[source]
        source: io::Error,
    },
    /// A stored hash of the log cannot be read.
    #[error("cannot read the stored hashes: {0}")]
    Hashes(String),
    /// The range is not one that a bundle can have.
    #[error(
        "a bundle of a log of {size} entries cannot have the entries {from} to {to}: {expected}"
    )]
    Range {
        /// Entries of the log.
        size: u64,
        /// The first entry.
        from: u64,
        /// The first entry behind the range.
        to: u64,
        /// What would be right.
        expected: &'static str,
    },
    /// The checkpoint, or an older one, cannot be read or is none of this log.
    #[error("the checkpoint of size {size} is refused: {reason}")]
    Checkpoint {
        /// Its size, 0 where it cannot be told.
        size: u64,
        /// Why.
        reason: String,
    },
    /// An entry is not the one that the log has there.
    #[error("entry {index} is refused: {reason}")]
    Entry {
        /// Its place in the log.
        index: u64,
        /// Why.
        reason: String,
    },
    /// The question of a selection is not what a manifest can have.
    #[error(
        "the question of a selection is a JSON object in one line, of up to {} bytes",
        super::manifest::MAX_QUESTION_BYTES
    )]
    Question,
    /// Entries are missing, or there are too many.
    #[error("a bundle of {expected} entries got {found}")]
    Count {
        /// How many belong to the range.
        expected: u64,
        /// How many came.
        found: u64,
    },
    /// The stored hashes lead to no root.
    #[error(transparent)]
    Log(#[from] LedgerError),
}

/// Why a bundle cannot be judged. For whoever checks it, that is no better than altered.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Unreadable {
    /// The file.
    pub path: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Unreadable {
    pub(crate) fn new(path: impl Into<String>, reason: impl ToString) -> Self {
        Self {
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}
