#![doc = include_str!("../README.md")]

mod check;
mod context;
mod finding;
mod uncovered;

pub use check::check_log;
pub use context::Summary;
pub use finding::{Finding, Problem};
