//! The commands, one file each.

mod runs;

use clap::Subcommand;

use crate::exit::Failure;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Calls of models: which model, how many tokens, what cost
    #[command(subcommand)]
    Runs(runs::Runs),
}

/// Does what the command line asks for.
pub(crate) async fn run(command: Command, session: &mut Session<'_>) -> Result<(), Failure> {
    match command {
        Command::Runs(command) => command.run(session).await,
    }
}
