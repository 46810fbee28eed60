//! The `logs` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    logs_cli::main()
}
