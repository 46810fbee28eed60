//! What is wrong with a bundle that can be read.

use std::fmt;

use super::text::hyphenated;
use crate::kind::kind_name;

/// An entry of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryName {
    /// Its place in the log.
    pub index: u64,
    /// The kind and the id of its record, where its line can be read.
    pub record: Option<(u16, [u8; 16])>,
}

impl fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "entry {}", self.index)?;
        let Some((kind, id)) = &self.record else {
            return Ok(());
        };
        match kind_name(*kind) {
            Some(name) => write!(formatter, " ({name} {})", hyphenated(id)),
            None => write!(formatter, " (kind {kind} {})", hyphenated(id)),
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
    /// The record is not the one that the log covers.
    #[error("it was altered: its leaf is not the one in {path}")]
    Altered {
        /// Where the log's hash of it is.
        path: String,
    },
    /// A tile holds another hash than the one that the tiles below it lead to.
    #[error("a hash in {path} is not the one that the tiles below it lead to")]
    Tile {
        /// The tile.
        path: String,
    },
    /// The leaf and the proof of a chosen entry do not lead to the root of the checkpoint.
    #[error("it was altered: its leaf and its proof lead to another root than the signed one")]
    AlteredOrMoved,
    /// A line of an entry cannot be read.
    #[error("line {line} of entries.ndjson cannot be read")]
    EntryForm {
        /// The line, from 1.
        line: u64,
    },
    /// There is no line for an entry of the bundle.
    #[error("its line is missing")]
    EntryMissing,
    /// There is a line that belongs to no entry of the bundle.
    #[error("a line for it does not belong to the bundle")]
    EntryUnexpected,
    /// The record is gone, and did not expire.
    #[error("its record is missing: only records below the minimum index {minimum_index} expired")]
    RecordMissing {
        /// The log's minimum index.
        minimum_index: u64,
    },
    /// A redaction is claimed that no entry of the bundle records.
    #[error("its content is missing: entry {by}, which is said to record a redaction, does not")]
    Redaction {
        /// The entry that should record it.
        by: u64,
    },
    /// An entry that records a redaction is redacted itself.
    #[error("it records a redaction, and is redacted itself")]
    RedactedRedaction,
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
