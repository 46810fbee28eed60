//! `cargo xtask test`: every test of the workspace.

use std::process::{Command, ExitCode};

/// Runs `cargo test` over the workspace, doctests included, and passes further words on.
pub(crate) fn run(rest: &[&str]) -> ExitCode {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--workspace", "--all-features"])
        .args(rest)
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
