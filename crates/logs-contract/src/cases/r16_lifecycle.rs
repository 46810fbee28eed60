//! Rule 16: dropped futures, and the end of a store.

mod cancelled;
mod closed;
mod ledger;

use crate::Case;

pub(super) const FILES: &[&[Case]] = &[
    cancelled::CASES,
    closed::CASES_OF_LISTS,
    closed::CASES,
    ledger::CASES,
];
