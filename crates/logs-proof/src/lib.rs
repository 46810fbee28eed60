#![doc = include_str!("../README.md")]

mod check;
mod finding;
mod uncovered;

pub use check::{Summary, check_log};
pub use finding::{Finding, Problem};
