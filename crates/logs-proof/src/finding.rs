//! What is wrong with a log.

use std::fmt;

use logs_domain::RecordKind;
use logs_domain::ledger::NodeAddress;
use uuid::Uuid;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub problem: Problem,
    /// The number of the record's kind, if it is about a record.
    pub kind: Option<u16>,
    /// The id of the record, if it is about one.
    pub id: Option<Uuid>,
    /// The index of the entry, if it is about one.
    pub index: Option<u64>,
}

/// A kind of wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The record of an entry differs from what was appended. This column, or the leaf hash, tells so.
    Altered(&'static str),
    /// An entry has no record.
    Missing,
    /// A record has a salt and no entry, and does not wait for one.
    Inserted,
    /// A record waits to become an entry.
    NeverSequenced,
    /// The log has no entries from this index on, up to the other.
    Gap(u64, u64),
    /// There are entries behind the head of the log.
    BehindHead,
    /// The head is not that of the entries.
    Head,
    /// The hash of a subtree is not that of its entries.
    Node(NodeAddress),
    /// A checkpoint has another root than the log had at this size.
    Checkpoint(u64),
    /// A part of the ledger cannot be read.
    Unreadable(String),
}

impl Finding {
    /// A finding about the log itself.
    pub(crate) const fn of_log(problem: Problem) -> Self {
        Self {
            problem,
            kind: None,
            id: None,
            index: None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(column) => write!(formatter, "altered ({column})"),
            Self::Missing => formatter.write_str("missing"),
            Self::Inserted => formatter.write_str("inserted"),
            Self::NeverSequenced => formatter.write_str("never sequenced"),
            Self::Gap(from, to) => write!(formatter, "no entries from {from} to {to}"),
            Self::BehindHead => formatter.write_str("entries behind the head of the log"),
            Self::Head => formatter.write_str("the head is not that of the entries"),
            Self::Node(node) => {
                let (level, index) = (node.level, node.index);
                write!(formatter, "another hash at level {level}, index {index}")
            }
            Self::Checkpoint(size) => write!(formatter, "another root at {size} entries"),
            Self::Unreadable(reason) => write!(formatter, "unreadable: {reason}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)?;
        if let Some(number) = self.kind {
            match RecordKind::from_number(number) {
                Some(kind) => write!(formatter, ": {kind}"),
                None => write!(formatter, ": kind {number}"),
            }?;
        }
        if let Some(id) = self.id {
            write!(formatter, " {id}")?;
        }
        match self.index {
            Some(index) => write!(formatter, ", entry {index}"),
            None => Ok(()),
        }
    }
}
