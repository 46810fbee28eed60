//! Rule 18: the ledger.

mod entries;
mod owners;
mod proofs;

use crate::Case;

/// The cases of this rule.
pub(super) const FILES: &[&[Case]] = &[entries::CASES, owners::CASES, proofs::CASES];
