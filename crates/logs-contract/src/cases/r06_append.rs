//! Rule 6: an append is atomic, idempotent and conflict-safe.

mod atomic;
mod concurrent;
mod conflicts;
mod equality;
mod keys;
mod platform;
mod receipts;
mod sizes;

use crate::Case;

pub(super) const FILES: &[&[Case]] = &[
    atomic::CASES,
    equality::CASES_OF_KINDS,
    equality::CASES,
    conflicts::CASES,
    keys::CASES,
    receipts::CASES,
    platform::CASES,
    sizes::CASES,
    concurrent::CASES,
];
