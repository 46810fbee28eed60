//! A worked example of dependency injection: a facade over the reading port.
//!
//! [`RunStories`] takes an `Arc<dyn LogsReader>`. Its unit tests hand it a mock, the scenarios
//! beside this crate hand it every backend, and a program hands it what `logs_store::connect`
//! returned for the URL of the environment. The facade itself cannot tell them apart.

mod run_story;

pub use run_story::{RunStories, RunStory};

/// The example of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
