//! Rule 7: what is acknowledged is there, as it was given.

mod batches;
mod values;
mod visible;

use crate::Case;

pub(super) const FILES: &[&[Case]] = &[
    visible::CASES_OF_LISTS,
    visible::CASES,
    values::CASES_OF_KINDS,
    values::CASES,
    batches::CASES,
];
