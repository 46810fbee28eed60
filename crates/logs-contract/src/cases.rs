//! The cases, one folder or file for each rule.

mod r01_tenancy;

use crate::Case;

/// The cases by file; a file that is not named here does not compile without warnings.
const FILES: &[&[Case]] = &[r01_tenancy::CASES];

/// Every case, in the order of the rules.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    FILES.iter().flat_map(|cases| cases.iter())
}
