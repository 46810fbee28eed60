//! Rule 4: pages return every record once.

mod backwards;
mod cursors;
mod extremes;
mod offsets;
mod settled;
mod sizes;
mod while_writing;
mod writes_between;

use crate::Case;

pub(super) const FILES: &[&[Case]] = &[
    sizes::CASES_OF_LISTS,
    sizes::CASES,
    offsets::CASES_OF_LISTS,
    cursors::CASES_OF_LISTS,
    cursors::CASES,
    backwards::CASES_OF_LISTS,
    writes_between::CASES_OF_LISTS,
    writes_between::CASES,
    settled::CASES,
    extremes::CASES,
    while_writing::CASES_OF_LISTS,
];
