//! The property test compares an adapter with the memory store in random operations.
//!
//! A play is a sequence of operations: batches, retries, conflicts, steps of the clock, and lists read page by
//! page, with appends between pages. Both stores must return the same receipts, errors, items, totals and cursors.
//! A run prints how often each interesting event occurred. It fails if one never occurred, because then it proved
//! nothing about it.
//!
//! The seed is fixed, so that a run is repeatable. `LOGS_PROPERTY_SEED` sets another seed, and
//! `LOGS_PROPERTY_PLAYS` the number of plays. The test shrinks a failing play and prints it.

mod ask;
mod coverage;
mod drafts;
mod filters;
mod operations;
mod play;
mod pools;
mod settled;

use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRunner};
use tokio::runtime::Handle;

use crate::ContractBackend;
use coverage::Coverage;

/// The length and the seed of a run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The number of plays: 150, or `LOGS_PROPERTY_PLAYS`.
    pub plays: u32,
    /// The seed: a fixed number, or `LOGS_PROPERTY_SEED`.
    pub seed: u64,
    /// The number of smaller plays to try after a failure.
    pub shrinks: u32,
}

impl Default for Settings {
    fn default() -> Self {
        let plays = number("LOGS_PROPERTY_PLAYS").and_then(|plays| plays.try_into().ok());
        Self {
            plays: plays.unwrap_or(150),
            seed: number("LOGS_PROPERTY_SEED").unwrap_or(20_260_302),
            shrinks: 400,
        }
    }
}

/// Runs plays on `backend` and the memory store, and returns the table of the coverage.
///
/// It blocks on `runtime`, so call it outside of that runtime.
///
/// # Errors
/// The shrunk play for which the stores differ, or the events that never occurred.
pub fn run(
    backend: &dyn ContractBackend,
    runtime: &Handle,
    settings: Settings,
) -> Result<String, String> {
    let coverage = Coverage::default();
    let config = Config {
        cases: settings.plays,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(settings.seed),
        failure_persistence: None,
        max_shrink_iters: settings.shrinks,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let played = runner.run(&operations::plays(), |operations| {
        let played = runtime.block_on(play::play(backend, &operations, &coverage));
        played.map_err(TestCaseError::fail)
    });
    let seed = settings.seed;
    match played {
        Ok(()) => coverage.checked_table(),
        Err(TestError::Fail(reason, operations)) => {
            let lines = operations
                .iter()
                .map(|operation| format!("  {operation:?}"));
            let lines: Vec<String> = lines.collect();
            Err(format!(
                "seed {seed}: {reason}\nafter\n{}",
                lines.join("\n")
            ))
        }
        Err(TestError::Abort(reason)) => Err(format!("seed {seed}: {reason}")),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
