//! How fast each store is, beside baselines: the least that the same work can cost with the same
//! schema, durability, kind of connection and data.
//!
//! Machines differ, and so do the minutes of one machine. So a store and its baseline take turns, and
//! what counts is the ratio of neighbours: its median, and the quarters around it. Time of the
//! processor stands beside time of the clock.

#![expect(clippy::print_stdout, reason = "the output of a command line tool")]

mod appends;
mod arguments;
mod batch;
mod columns;
mod command;
mod data;
mod growth;
mod import;
mod machine;
mod memory;
mod meter;
mod postgres;
mod reads;
mod report;
mod samples;
mod service;
mod sqlite;
mod statistics;
mod subject;
mod ties;
mod usage;
mod verify;
mod writers;

use clap::Parser;

use crate::arguments::{Arguments, Backend};
use crate::data::Population;
use crate::samples::Samples;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let population = Population::load()?;
    machine::describe(&population);
    let mut samples = Samples::create(&arguments.samples)?;
    if arguments.import {
        import::measure(&arguments, &population, &mut samples)?;
        println!("\nraw samples: {}", arguments.samples.display());
        return Ok(());
    }
    // First, while the memory of the process is its own.
    if arguments.wants(Backend::Memory) && !arguments.usage && !arguments.service {
        memory::run(&arguments, &population, &mut samples).await?;
    }
    if arguments.wants(Backend::Sqlite) {
        sqlite::run(&arguments, &population, &mut samples).await?;
    }
    if arguments.wants(Backend::Postgres) {
        postgres::run(&arguments, &population, &mut samples).await?;
    }
    println!("\nraw samples: {}", arguments.samples.display());
    Ok(())
}
