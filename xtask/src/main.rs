//! The project's own commands. `main` only dispatches; each command has a file of its own.

#![expect(clippy::print_stdout, reason = "the output of a command line tool")]

mod bench;
mod ci;
mod clients;
mod contract;
mod demo;
mod deny;
mod kills;
mod package;
mod pg;
mod process;
mod queries;
mod schemathesis;
mod test;
mod tidy;
mod torture;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import a small sample into a new store and show runs, a trace and a replay window
    Demo,
    /// Run every test: units, contract on every backend, command line, documentation
    Test(test::Arguments),
    /// Run the contract suite and print cases × backends
    Contract(contract::Arguments),
    /// Measure each store beside the least that the same work can cost
    Bench(bench::Arguments),
    /// Build every published crate from its own archive
    Package,
    /// Keep a PostgreSQL server with the schema, for development
    #[command(subcommand)]
    Pg(pg::Command),
    /// Describe the statements that are checked when the PostgreSQL adapter is compiled
    Queries(queries::Arguments),
    /// Kill clients, sessions and the PostgreSQL server at random and look for lost records
    Torture(torture::Arguments),
    /// Kill `logs serve` at random while clients send to it and look for lost records
    Kills(kills::Arguments),
    /// Check the repository's own rules
    Tidy,
    /// Send telemetry of real instrumentation libraries to `logs serve`; needs Python, npm and registries
    Clients(clients::Arguments),
    /// Send what the OpenAPI document allows, and what it does not, to `logs serve`; needs Python and PyPI
    Schemathesis(schemathesis::Arguments),
    /// Everything that must pass before a change lands, or some jobs of it
    Ci(ci::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo => demo::run(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Contract(arguments) => contract::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Package => package::run(),
        Command::Pg(command) => pg::run(&command),
        Command::Queries(arguments) => queries::run(&arguments),
        Command::Torture(arguments) => torture::run(&arguments),
        Command::Kills(arguments) => kills::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Clients(arguments) => clients::run(&arguments),
        Command::Schemathesis(arguments) => schemathesis::run(&arguments),
        Command::Ci(arguments) => ci::run(&arguments),
    }
}
