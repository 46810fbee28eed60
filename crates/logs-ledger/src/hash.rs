//! RFC 6962, section 2.1: the hashes of leaves and nodes.

use std::fmt;

use sha2::{Digest, Sha256};

/// Bytes in a [`struct@Hash`].
pub const HASH_BYTES: usize = 32;

/// A SHA-256 digest: of a leaf, of an inner node, or a root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

impl Hash {
    /// Takes the digest's bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// Hash of a leaf's bytes: `SHA-256(0x00 ‖ data)` (RFC 6962, section 2.1).
#[must_use]
pub fn hash_leaf(data: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([LEAF_PREFIX])
            .chain_update(data)
            .finalize()
            .into(),
    )
}

/// What stands before a leaf's bytes when they are hashed.
pub(crate) const LEAF_PREFIX: u8 = 0;

/// SHA-256 of bytes that have their prefix.
pub(crate) fn hash_whole(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962, section 2.1).
///
/// The first byte keeps a node from being passed off as a leaf.
#[must_use]
pub fn hash_nodes(left: &Hash, right: &Hash) -> Hash {
    let mut block = [1; 1 + 2 * HASH_BYTES];
    block[1..=HASH_BYTES].copy_from_slice(&left.0);
    block[1 + HASH_BYTES..].copy_from_slice(&right.0);
    Hash(Sha256::digest(block).into())
}

/// Root of the empty log: SHA-256 of nothing (RFC 6962, section 2.1).
#[must_use]
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}
