//! Proofs of RFC 6962, section 2.1: made from stored hashes, checked without them.

mod consistency;
mod inclusion;

pub use consistency::{prove_consistency, verify_consistency};
pub use inclusion::{prove_inclusion, root_from_inclusion, verify_inclusion};

use crate::error::ReadError;
use crate::hash::{Hash, hash_nodes};
use crate::node::{HashReader, NodeAddress};

/// The longest audit path: one hash for each level of the largest log.
pub(crate) const MAX_PATH: usize = 63;

/// The largest power of two below `count`, where RFC 6962 splits a tree of two leaves or more.
fn split_of(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Hash of the leaves `low..high`, where `low` is where a split put it: left parts are complete.
fn subtree_hash<R: HashReader>(
    reader: &R,
    mut low: u64,
    high: u64,
) -> Result<Hash, ReadError<R::Error>> {
    let mut parts = Vec::new();
    loop {
        let count = high - low;
        let width = if count.is_power_of_two() {
            count
        } else {
            split_of(count)
        };
        let level = u8::try_from(width.ilog2()).unwrap_or(u8::MAX);
        let node = NodeAddress {
            level,
            index: low >> level,
        };
        parts.push(
            reader
                .read_hash(node)
                .map_err(|source| ReadError::Reader { node, source })?,
        );
        low += width;
        if low == high {
            break;
        }
    }
    let mut hash = None;
    for part in parts.iter().rev() {
        hash = Some(hash.map_or(*part, |right| hash_nodes(part, &right)));
    }
    Ok(hash.unwrap_or_else(crate::hash::empty_root))
}
