//! A range of leaves by the fewest complete subtrees that cover it: enough to append and to merge.

use crate::error::{LedgerError, ReadError};
use crate::hash::{Hash, empty_root, hash_nodes};
use crate::node::{HashReader, MAX_LOG_SIZE, NodeAddress};

/// The leaves `begin..end`, held as at most 126 hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactRange {
    begin: u64,
    end: u64,
    nodes: Vec<(NodeAddress, Hash)>,
}

impl CompactRange {
    /// An empty range at `begin`; a log starts at 0.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`] beyond [`MAX_LOG_SIZE`].
    pub fn starting_at(begin: u64) -> Result<Self, LedgerError> {
        if begin > MAX_LOG_SIZE {
            return Err(LedgerError::TooLarge);
        }
        Ok(Self {
            begin,
            end: begin,
            nodes: Vec::new(),
        })
    }

    /// A log of `size` leaves from its stored frontier, largest subtree first.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`], and [`LedgerError::FrontierLength`] unless there is one hash for
    /// each bit set in `size`.
    pub fn from_frontier(size: u64, frontier: &[Hash]) -> Result<Self, LedgerError> {
        if size > MAX_LOG_SIZE {
            return Err(LedgerError::TooLarge);
        }
        let expected = size.count_ones();
        if usize::try_from(expected) != Ok(frontier.len()) {
            let found = frontier.len();
            return Err(LedgerError::FrontierLength {
                size,
                expected,
                found,
            });
        }
        let levels = (0..64_u8).rev().filter(|level| size >> level & 1 == 1);
        let nodes = levels
            .zip(frontier)
            // Bits below the level are those of smaller subtrees; the set bit itself is this one.
            .map(|(level, hash)| {
                (
                    NodeAddress {
                        level,
                        index: (size >> level) - 1,
                    },
                    *hash,
                )
            })
            .collect();
        Ok(Self {
            begin: 0,
            end: size,
            nodes,
        })
    }

    /// The leaves `begin..end` of a log, from the stored hashes of the subtrees that cover them.
    ///
    /// # Errors
    /// [`ReadError::OutOfRange`] unless `begin <= end <= MAX_LOG_SIZE`, and those of the reader.
    pub fn covering<R: HashReader>(
        reader: &R,
        begin: u64,
        end: u64,
    ) -> Result<Self, ReadError<R::Error>> {
        let mut nodes = Vec::new();
        for node in Self::cover(begin, end)? {
            let hash = reader.read_hash(node);
            nodes.push((
                node,
                hash.map_err(|source| ReadError::Reader { node, source })?,
            ));
        }
        Ok(Self { begin, end, nodes })
    }

    /// The addresses of the fewest complete subtrees that cover `begin..end`, from the left.
    ///
    /// # Errors
    /// [`ReadError::OutOfRange`] unless `begin <= end <= MAX_LOG_SIZE`.
    pub(crate) fn cover<E>(begin: u64, end: u64) -> Result<Vec<NodeAddress>, ReadError<E>> {
        if begin > end || end > MAX_LOG_SIZE {
            return Err(ReadError::OutOfRange {
                index: begin,
                size: end,
            });
        }
        let mut nodes = Vec::new();
        let mut low = begin;
        while low < end {
            // The largest subtree that begins here and does not go beyond the end.
            let aligned = if low == 0 { 63 } else { low.trailing_zeros() };
            let level = aligned.min((end - low).ilog2());
            nodes.push(NodeAddress {
                level: u8::try_from(level).unwrap_or(63),
                index: low >> level,
            });
            low += 1 << level;
        }
        Ok(nodes)
    }

    /// First index of the range.
    #[must_use]
    pub const fn begin(&self) -> u64 {
        self.begin
    }

    /// First index after the range; the log's size when the range begins at 0.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// The hashes of the covering subtrees, from the left: what has to be stored to go on.
    pub fn frontier(&self) -> impl Iterator<Item = Hash> + '_ {
        self.nodes.iter().map(|(_, hash)| *hash)
    }

    /// Appends one leaf hash, and hands each subtree that it completes (itself first) to `stored`.
    ///
    /// # Errors
    /// [`LedgerError::TooLarge`] at [`MAX_LOG_SIZE`]; the range is then unchanged.
    pub fn append(
        &mut self,
        leaf: Hash,
        stored: &mut dyn FnMut(NodeAddress, Hash),
    ) -> Result<(), LedgerError> {
        if self.end >= MAX_LOG_SIZE {
            return Err(LedgerError::TooLarge);
        }
        let node = NodeAddress {
            level: 0,
            index: self.end,
        };
        stored(node, leaf);
        self.end += 1;
        self.push(node, leaf, stored);
        Ok(())
    }

    /// Extends the range by the one that begins where it ends, handing out completed subtrees.
    ///
    /// # Errors
    /// [`LedgerError::NotAdjacent`]; the range is then unchanged.
    pub fn merge(
        &mut self,
        next: &Self,
        stored: &mut dyn FnMut(NodeAddress, Hash),
    ) -> Result<(), LedgerError> {
        if self.end != next.begin {
            return Err(LedgerError::NotAdjacent {
                end: self.end,
                begin: next.begin,
            });
        }
        for (node, hash) in &next.nodes {
            self.push(*node, *hash, stored);
        }
        self.end = next.end;
        Ok(())
    }

    /// The Merkle tree hash of the log (RFC 6962, section 2.1).
    ///
    /// # Errors
    /// [`LedgerError::NoRoot`] unless the range begins at 0.
    pub fn root(&self) -> Result<Hash, LedgerError> {
        if self.begin != 0 {
            return Err(LedgerError::NoRoot { begin: self.begin });
        }
        let from_the_right = self.frontier().collect::<Vec<_>>().into_iter().rev();
        let root = from_the_right.reduce(|right, left| hash_nodes(&left, &right));
        Ok(root.unwrap_or_else(empty_root))
    }

    fn push(
        &mut self,
        mut node: NodeAddress,
        mut hash: Hash,
        stored: &mut dyn FnMut(NodeAddress, Hash),
    ) {
        // The last node touches this one, so at the same level and an odd index it is its sibling.
        while let Some((left, left_hash)) = self.nodes.last().copied()
            && left.level == node.level
            && node.index % 2 == 1
        {
            self.nodes.pop();
            hash = hash_nodes(&left_hash, &hash);
            node = NodeAddress {
                level: node.level + 1,
                index: node.index / 2,
            };
            stored(node, hash);
        }
        self.nodes.push((node, hash));
    }
}
