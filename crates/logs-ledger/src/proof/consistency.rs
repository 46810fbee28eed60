//! That a log only grew between two sizes (RFC 6962, section 2.1.2).

use super::{split_of, subtree_hash};
use crate::error::{ProofError, ReadError};
use crate::hash::{Hash, hash_nodes};
use crate::node::{HashReader, MAX_LOG_SIZE};

/// Makes the proof that the first `to` leaves begin with the first `from`.
///
/// It is empty when `from` is 0 or equals `to`.
///
/// # Errors
/// [`ReadError::OutOfRange`] unless `from <= to <= MAX_LOG_SIZE`, and the reader's own failures.
pub fn prove_consistency<R: HashReader>(
    reader: &R,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, ReadError<R::Error>> {
    if from > to || to > MAX_LOG_SIZE {
        return Err(ReadError::OutOfRange {
            index: from,
            size: to,
        });
    }
    let mut proof = Vec::new();
    if from == 0 {
        return Ok(proof);
    }
    let (mut low, mut high) = (0, to);
    while from != high {
        let middle = low + split_of(high - low);
        if from <= middle {
            proof.push(subtree_hash(reader, middle, high)?);
            high = middle;
        } else {
            proof.push(subtree_hash(reader, low, middle)?);
            low = middle;
        }
    }
    // The old root itself is known to the verifier and left out when it is a subtree of the new.
    if low != 0 {
        proof.push(subtree_hash(reader, low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that the log of `to` leaves with `to_root` extends the one of `from` with `from_root`
/// (RFC 9162, section 2.1.4.2, which spells it out).
///
/// Every log extends the empty one, so a claim about size 0 shows nothing and is refused.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `0 < from <= to <= MAX_LOG_SIZE`,
/// [`ProofError::WrongLength`]
/// unless the proof has exactly the hashes that these sizes need, [`ProofError::WrongRoot`] when it
/// leads to another root at either size.
pub fn verify_consistency(
    from: u64,
    to: u64,
    proof: &[Hash],
    from_root: &Hash,
    to_root: &Hash,
) -> Result<(), ProofError> {
    if from == 0 || from > to || to > MAX_LOG_SIZE {
        return Err(ProofError::OutOfRange);
    }
    if from == to {
        return if !proof.is_empty() {
            Err(ProofError::WrongLength)
        } else if from_root == to_root {
            Ok(())
        } else {
            Err(ProofError::WrongRoot)
        };
    }
    let (mut position, mut last) = (from - 1, to - 1);
    let trailing = position.trailing_ones();
    position >>= trailing;
    last >>= trailing;
    let (seed, rest) = if from.is_power_of_two() {
        (from_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::WrongLength)?
    };
    let (mut old, mut new) = (*seed, *seed);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::WrongLength);
        }
        if position % 2 == 1 || position == last {
            old = hash_nodes(sibling, &old);
            new = hash_nodes(sibling, &new);
            while position.is_multiple_of(2) && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new = hash_nodes(&new, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::WrongLength);
    }
    if old == *from_root && new == *to_root {
        Ok(())
    } else {
        Err(ProofError::WrongRoot)
    }
}
