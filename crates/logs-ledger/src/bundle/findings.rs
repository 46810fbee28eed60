//! What is wrong with a bundle that can be read.

use std::fmt;

use super::payload::Part;
use super::redaction::hyphenated;

/// An entry of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryName {
    /// Its place in the log.
    pub index: u64,
    /// Its id, where its leaf can be read.
    pub id: Option<[u8; 16]>,
}

impl fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "entry {}", self.index)?;
        match &self.id {
            Some(id) => write!(formatter, " ({})", hyphenated(id)),
            None => Ok(()),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry that it is about, when it is about one.
    pub entry: Option<EntryName>,
    /// What it is.
    pub problem: Problem,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry {
            Some(entry) => write!(formatter, "{entry}: {}", self.problem),
            None => write!(formatter, "{}", self.problem),
        }
    }
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A file that the sums name is not there.
    #[error("{path} is missing")]
    FileMissing {
        /// The file.
        path: String,
    },
    /// A file is there that the sums do not name.
    #[error("{path} does not belong to the bundle")]
    FileUnexpected {
        /// The file.
        path: String,
    },
    /// A file is not the one that the sums name.
    #[error("{path} was altered: it has another SHA-256")]
    FileAltered {
        /// The file.
        path: String,
    },
    /// The manifest says something else than the files.
    #[error("the manifest says {field} {said}, the files say {found}")]
    Manifest {
        /// The field.
        field: &'static str,
        /// What it says.
        said: String,
        /// What is there.
        found: String,
    },
    /// No given key of the log signed the checkpoint.
    #[error("the checkpoint is not to be trusted: {reason}")]
    Checkpoint {
        /// Why.
        reason: String,
    },
    /// The entries lead to another root than the one that was signed.
    #[error("the entries are not those of the signed checkpoint: they lead to another root")]
    Root,
    /// The leaf has not the form of a leaf.
    #[error("its leaf cannot be read")]
    LeafForm,
    /// The leaf is of another tenant's log.
    #[error("its leaf is of the log of another tenant")]
    LeafTenant,
    /// A tile holds another hash than the one that the entries lead to.
    #[error("its hash is not the one in {path}")]
    Tile {
        /// The tile.
        path: String,
    },
    /// The number of entries in a bundle of them.
    #[error("{path} holds {found} entries, not {expected}")]
    EntryCount {
        /// The file.
        path: String,
        /// How many there should be.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// A payload is not the one that was committed to.
    #[error("its part {} was altered", part.as_str())]
    Payload {
        /// The part.
        part: Part,
    },
    /// The line of a payload cannot be read.
    #[error("the line of its part {} cannot be read", part.as_str())]
    PayloadForm {
        /// The part.
        part: Part,
    },
    /// There is no payload, and nothing says that it was removed.
    #[error("its part {} is missing, and not redacted", part.as_str())]
    PayloadMissing {
        /// The part.
        part: Part,
    },
    /// There is a payload that belongs to no entry of the bundle.
    #[error("a payload for it does not belong to the bundle")]
    PayloadUnexpected,
    /// A redaction is claimed that no entry of the log records.
    #[error("its part {} is said to be redacted by entry {by}, which does not record that", part.as_str())]
    Redaction {
        /// The part.
        part: Part,
        /// The entry that should record it.
        by: u64,
    },
    /// A part of an entry that records a redaction is redacted itself.
    #[error("it records a redaction, and its part {} is redacted", part.as_str())]
    RedactedRedaction {
        /// The part.
        part: Part,
    },
    /// An older checkpoint of the bundle is not signed, or the log does not extend it.
    #[error("the older checkpoint of size {size} does not hold: {reason}")]
    Older {
        /// The size of the older checkpoint.
        size: u64,
        /// Why.
        reason: String,
    },
    /// The log does not extend the checkpoint that whoever checks it trusts.
    #[error("the log does not extend the trusted checkpoint of size {size}: {reason}")]
    Trusted {
        /// The size of the trusted checkpoint.
        size: u64,
        /// Why.
        reason: String,
    },
}
