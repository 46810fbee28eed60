//! `cargo xtask torture`: clients, sessions and the server killed at random moments, for minutes.

use crate::process;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Chooses what is killed when; the same for the same number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For how long
    #[arg(long, default_value_t = 1)]
    minutes: u64,
}

/// Runs the test of PostgreSQL that kills, for longer than the tests do.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut test = process::cargo(["test", "--quiet", "--package", "logs-postgres"])?;
    test.args(["--test", "torture"]);
    test.env("LOGS_TORTURE_SEED", arguments.seed.to_string());
    let seconds = arguments.minutes * 60;
    test.env("LOGS_TORTURE_SECONDS", seconds.to_string());
    process::run(test)
}
