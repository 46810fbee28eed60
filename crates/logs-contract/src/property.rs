//! The property test: random operations on the memory store and on any other adapter, every answer
//! compared.
//!
//! A play is a sequence of operations: batches, retries, conflicts, steps of the clock, and
//! questions walked page by page, with appends between pages. Whatever one store answers the other
//! must answer too: receipts, errors, items, totals and cursors. A run prints how often each thing
//! worth testing occurred, and fails when one did not: a test that never met it proves nothing.
//!
//! The seed is fixed, so that a run can be repeated; `LOGS_PROPERTY_SEED` takes another, and
//! `LOGS_PROPERTY_PLAYS` more plays. A failure is shrunk and printed.

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

/// How long a run is, and where it begins.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many plays there are: 150, or what `LOGS_PROPERTY_PLAYS` says.
    pub plays: u32,
    /// Where the randomness begins: a fixed number, or what `LOGS_PROPERTY_SEED` says.
    pub seed: u64,
    /// How many smaller plays are tried once one has failed.
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

/// Plays against `backend` and the memory store, and gives the table of what occurred.
///
/// It blocks: call it where `runtime` may be blocked on.
///
/// # Errors
/// The shrunk play on which the stores differ, or what never occurred.
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
