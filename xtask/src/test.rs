//! `cargo xtask test`: every test of the workspace.

use crate::process;

#[derive(clap::Args, Default)]
pub(crate) struct Arguments {
    /// Words for `cargo test`, such as a part of a test's name
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// Runs `cargo test` over the workspace, doctests included.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut test = process::cargo(["test", "--workspace", "--all-features", "--no-fail-fast"])?;
    test.args(&arguments.words);
    process::run(test)
}
