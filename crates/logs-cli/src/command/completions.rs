//! `logs completions`: help for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;
use crate::failure::Failure;
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  logs completions bash > ~/.local/share/bash-completion/completions/logs
  logs completions fish > ~/.config/fish/completions/logs.fish";

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        // The generator panics when its output fails, which memory never does.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "logs", &mut script);
        Ok(session.streams.out.write_all(&script)?)
    }
}
