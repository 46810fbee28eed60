//! The commands, one file each.

mod arguments;
mod audit;
mod backup;
mod completions;
mod doctor;
mod export;
mod exports;
mod governance;
mod import;
mod migrate;
mod replay;
mod reset_clock;
mod runs;
mod system;
mod trace;
mod usage;

use clap::Subcommand;

pub(crate) use self::arguments::{Arguments, explain};
use crate::failure::Failure;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import files as records
    Import(import::Import),
    /// Calls of models: which model, how many tokens, what cost
    #[command(subcommand)]
    Runs(runs::Runs),
    /// What runs used together: tokens, cost, time
    Usage(Box<usage::Usage>),
    /// What a run did, step by step
    Trace(trace::Trace),
    /// What happened around a moment, from all topics
    Replay(replay::Replay),
    /// Which policies, limits and incidents interfered
    Governance(governance::Governance),
    /// What happened on the platform
    #[command(subcommand)]
    System(system::System),
    /// Who changed what
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Which exports were made, and what became of them
    Exports(exports::Exports),
    /// Write records to a file with a checksum and a manifest
    Export(export::Export),
    /// Check whether the store can keep its promises
    Doctor(doctor::Doctor),
    /// Bring the schema of the store up to date
    Migrate(migrate::Migrate),
    /// Copy the store to a file while others write to it
    Backup(backup::Backup),
    /// Take the time of the store back after its clock was ahead
    ResetClock(reset_clock::ResetClock),
    /// Print completions for a shell
    Completions(completions::Completions),
}

/// Does what the command line asks for.
pub(crate) async fn run(command: Command, session: &mut Session<'_>) -> Result<(), Failure> {
    match command {
        Command::Import(command) => command.run(session).await,
        Command::Runs(command) => command.run(session).await,
        Command::Usage(command) => command.run(session).await,
        Command::Trace(command) => command.run(session).await,
        Command::Replay(command) => command.run(session).await,
        Command::Governance(command) => command.run(session).await,
        Command::System(command) => command.run(session).await,
        Command::Audit(command) => command.run(session).await,
        Command::Exports(command) => command.run(session).await,
        Command::Export(command) => command.run(session).await,
        Command::Doctor(command) => command.run(session).await,
        Command::Migrate(command) => command.run(session).await,
        Command::Backup(command) => command.run(session).await,
        Command::ResetClock(command) => command.run(session).await,
        Command::Completions(command) => command.run(session),
    }
}
