//! Scenarios across the crates, in `tests/`, and the example of the README.

/// The example of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
