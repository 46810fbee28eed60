//! What can go wrong, by the question that was asked.

use crate::node::NodeAddress;

/// An argument that the log's arithmetic or formats cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A log holds at most [`crate::MAX_LOG_SIZE`] leaves.
    #[error("a log holds at most 2^63 leaves")]
    TooLarge,
    /// The second range does not begin where the first one ends.
    #[error("ranges do not touch: the first ends at {end}, the second begins at {begin}")]
    NotAdjacent {
        /// First index after the first range.
        end: u64,
        /// First index of the second range.
        begin: u64,
    },
    /// Only a range that begins at index 0 has a root.
    #[error("a range that begins at {begin} has no root")]
    NoRoot {
        /// First index of the range.
        begin: u64,
    },
    /// A frontier has exactly one hash for each bit set in the size.
    #[error("a frontier of {size} leaves has {expected} hashes, not {found}")]
    FrontierLength {
        /// Leaves in the log.
        size: u64,
        /// Bits set in `size`.
        expected: u32,
        /// Hashes given.
        found: usize,
    },
}

/// Why a proof could not be made from stored hashes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError<E> {
    /// The question has no answer: an index outside the log, or a size that shrinks.
    #[error("no such proof: {index} is outside of a log of {size}")]
    OutOfRange {
        /// The index, or the smaller size, that was asked for.
        index: u64,
        /// Leaves in the log.
        size: u64,
    },
    /// The reader failed, or lacks a hash that a log of this size has.
    #[error("cannot read the stored hash at level {}, index {}", node.level, node.index)]
    Reader {
        /// The hash that was wanted.
        node: NodeAddress,
        /// What the reader said.
        #[source]
        source: E,
    },
}

/// Why a proof is refused. A refused proof says nothing about who altered what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The index is not below the size, or the sizes fall, or a size is 0 or over 2^63.
    #[error("the sizes or the index cannot be right")]
    OutOfRange,
    /// The number of hashes is not the one that this index and these sizes need.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    WrongRoot,
}

/// Why the signer refuses a tree head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignRefusal {
    /// The log is smaller than what was signed, as after the restore of an old backup.
    #[error("the log shrank from {signed} to {offered} leaves")]
    Smaller {
        /// Size last signed.
        signed: u64,
        /// Size offered.
        offered: u64,
    },
    /// The same size with another root: the log was forked.
    #[error("another root was signed at {size} leaves")]
    OtherRoot {
        /// Size last signed, and offered.
        size: u64,
    },
    /// The offered head is not shown to extend the signed one.
    #[error("not shown to extend what was signed: {0}")]
    NotConsistent(#[from] ProofError),
}
