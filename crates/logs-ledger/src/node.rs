//! Addresses of stored hashes, and how to read them.

use std::collections::BTreeMap;

use crate::hash::Hash;

/// Most leaves that a log can hold: 2^63.
pub const MAX_LOG_SIZE: u64 = 1 << 63;

/// Address of a complete subtree: it covers the leaves `index << level .. (index + 1) << level`.
///
/// Level 0 is the leaves. Only complete subtrees have stored hashes: they never change again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeAddress {
    /// Height above the leaves, 0 to 63.
    pub level: u8,
    /// Position among the nodes of this level, from 0.
    pub index: u64,
}

/// Reads the stored hashes of complete subtrees.
pub trait HashReader {
    /// The error of a failed read. A missing hash is a failure too.
    type Error;

    /// The hash stored for `node`.
    ///
    /// # Errors
    /// If the hash is absent or unreadable.
    fn read_hash(&self, node: NodeAddress) -> Result<Hash, Self::Error>;
}

/// The hash is not in the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such hash")]
pub struct AbsentHash;

impl HashReader for BTreeMap<NodeAddress, Hash> {
    type Error = AbsentHash;

    fn read_hash(&self, node: NodeAddress) -> Result<Hash, AbsentHash> {
        self.get(&node).copied().ok_or(AbsentHash)
    }
}
