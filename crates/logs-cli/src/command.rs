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
mod keys;
mod ledger;
mod migrate;
mod replay;
mod reset_clock;
mod runs;
mod serve;
mod system;
mod trace;
mod usage;

use clap::Subcommand;

pub(crate) use self::arguments::Arguments;
use crate::failure::Failure;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import files as records
    Import(import::Import),
    /// Show calls of models with tokens and cost
    #[command(subcommand)]
    Runs(runs::Runs),
    /// Sum up tokens, cost and time of runs
    Usage(Box<usage::Usage>),
    /// Show the steps of a trace
    Trace(trace::Trace),
    /// Show records of all topics around a moment
    Replay(replay::Replay),
    /// List events of policies, limits and incidents
    Governance(governance::Governance),
    /// Show system records of the platform
    #[command(subcommand)]
    System(system::System),
    /// Show audit entries: who changed what
    #[command(subcommand)]
    Audit(audit::Audit),
    /// List exports with their outcomes
    Exports(exports::Exports),
    /// Write records to a file with a checksum and a manifest
    Export(export::Export),
    /// Serve the store over HTTP
    Serve(serve::Serve),
    /// Issue, list and revoke keys of the service
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Check the logs that cover the records of the store
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Check the store, its schema and its settings
    Doctor(doctor::Doctor),
    /// Apply missing migrations to the schema
    Migrate(migrate::Migrate),
    /// Copy the store to a file while others write to it
    Backup(backup::Backup),
    /// Set the time of the store back after its clock was ahead
    ResetClock(reset_clock::ResetClock),
    /// Print completions for a shell
    Completions(completions::Completions),
}

/// Runs the command of the command line.
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
        Command::Serve(command) => command.run(session).await,
        Command::Keys(command) => command.run(session).await,
        Command::Ledger(command) => command.run(session).await,
        Command::Doctor(command) => command.run(session).await,
        Command::Migrate(command) => command.run(session).await,
        Command::Backup(command) => command.run(session).await,
        Command::ResetClock(command) => command.run(session).await,
        Command::Completions(command) => command.run(session),
    }
}
