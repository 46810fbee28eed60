//! That a leaf is at an index of a log (RFC 6962, section 2.1.1).

use super::{split_of, subtree_hash};
use crate::error::{ProofError, ReadError};
use crate::hash::{Hash, hash_nodes};
use crate::node::{HashReader, MAX_LOG_SIZE};

/// Makes the audit path of the leaf at `index` in the log's first `size` leaves, leaf side first.
///
/// # Errors
/// [`ReadError::OutOfRange`] unless `index < size <= MAX_LOG_SIZE`, and the reader's own failures.
pub fn prove_inclusion<R: HashReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ReadError<R::Error>> {
    if index >= size || size > MAX_LOG_SIZE {
        return Err(ReadError::OutOfRange { index, size });
    }
    let (mut low, mut high) = (0, size);
    let mut path = Vec::new();
    while high - low > 1 {
        let middle = low + split_of(high - low);
        if index < middle {
            path.push(subtree_hash(reader, middle, high)?);
            high = middle;
        } else {
            path.push(subtree_hash(reader, low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The root to which an audit path leads (RFC 9162, section 2.1.3.2, which spells it out).
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `index < size <= MAX_LOG_SIZE`, [`ProofError::WrongLength`]
/// unless the path has exactly the hashes that this index and size need.
pub fn root_from_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
) -> Result<Hash, ProofError> {
    if index >= size || size > MAX_LOG_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let (mut position, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if position % 2 == 1 || position == last {
            hash = hash_nodes(sibling, &hash);
            // A last node without sibling moves up unhashed until it is a right child.
            while position.is_multiple_of(2) && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = hash_nodes(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    if last == 0 {
        Ok(hash)
    } else {
        Err(ProofError::WrongLength)
    }
}

/// Checks that `leaf` is at `index` in the log of `size` leaves that has this `root`.
///
/// # Errors
/// As [`root_from_inclusion`], and [`ProofError::WrongRoot`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if root_from_inclusion(leaf, index, size, path)? == *root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}
