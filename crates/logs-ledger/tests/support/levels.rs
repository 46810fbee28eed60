//! Stored hashes in vectors, so that a log of a million entries takes little.

use logs_ledger::{Hash, HashReader, NodeAddress};

/// The stored hashes of a log, level by level.
pub(crate) struct Levels(Vec<Vec<Hash>>);

impl Default for Levels {
    fn default() -> Self {
        Self(vec![Vec::new(); 64])
    }
}

impl Levels {
    /// Keeps the next hash of a level.
    pub(crate) fn push(&mut self, node: NodeAddress, hash: Hash) {
        self.0[usize::from(node.level)].push(hash);
    }
}

impl HashReader for Levels {
    type Error = std::fmt::Error;

    fn read_hash(&self, node: NodeAddress) -> Result<Hash, std::fmt::Error> {
        let level = self.0.get(usize::from(node.level));
        let hash = level.and_then(|level| level.get(node.index as usize));
        hash.copied().ok_or(std::fmt::Error)
    }
}
