//! The signer's rule: only ever sign a log that extends the one signed before.

use crate::error::{ProofError, SignRefusal};
use crate::hash::{Hash, empty_root};
use crate::proof::verify_consistency;

/// Size and root of a log at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Leaves in the log.
    pub size: u64,
    /// Its Merkle tree hash.
    pub root: Hash,
}

/// The last signed head. The signer stores it durably, outside the log's database. It stores the new head before
/// it returns a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighWaterMark(TreeHead);

impl HighWaterMark {
    /// The mark of a log without a signature.
    #[must_use]
    pub fn of_a_new_log() -> Self {
        Self(TreeHead {
            size: 0,
            root: empty_root(),
        })
    }

    /// The mark stored after the last signature.
    #[must_use]
    pub const fn restored(head: TreeHead) -> Self {
        Self(head)
    }

    /// The last signed head.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        self.0
    }

    /// Decides whether to sign `offered`. If so, returns the mark to store before signing.
    ///
    /// The same head may be signed again, as by a second key during a rotation.
    ///
    /// # Errors
    /// A [`SignRefusal`] with the reason. The signer must not sign then.
    pub fn advance(&self, offered: TreeHead, proof: &[Hash]) -> Result<Self, SignRefusal> {
        let signed = self.0;
        if offered.size < signed.size {
            return Err(SignRefusal::Smaller {
                signed: signed.size,
                offered: offered.size,
            });
        }
        if offered.size == signed.size && offered.root != signed.root {
            return Err(SignRefusal::OtherRoot { size: signed.size });
        }
        if signed.size == 0 {
            // No proof speaks of the empty log, and its only root was compared above.
            if !proof.is_empty() {
                return Err(ProofError::WrongLength.into());
            }
            return Ok(Self(offered));
        }
        verify_consistency(
            signed.size,
            offered.size,
            proof,
            &signed.root,
            &offered.root,
        )?;
        Ok(Self(offered))
    }
}
