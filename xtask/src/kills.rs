//! `cargo xtask kills`: the service killed at random moments, more often than its test does.

use crate::process;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many times
    #[arg(long, default_value_t = 100)]
    rounds: u32,
}

/// Runs the test that kills the service while clients send to it.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut test = process::cargo(["test", "--quiet", "--package", "logs-cli"])?;
    test.args(["--test", "service", "kills"]);
    test.env("LOGS_KILL_ROUNDS", arguments.rounds.to_string());
    process::run(test)
}
