//! `cargo xtask clients`: real instrumentation libraries send telemetry to `logs serve`.
//!
//! Each client calls a scripted model API. Its log is the truth that the answers of the service are
//! compared with. It needs Python, npm, and the registries of their packages.

mod client;
mod comparison;
mod deviation;
pub(crate) mod environment;
pub(crate) mod evidence;
pub(crate) mod program;
mod run;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::{pg, process};
use client::{CLIENTS, Client};
use comparison::Comparison;
use environment::Environments;
use evidence::Service;
use program::Program;

/// The scripts of the clients and of the model API.
const SCRIPTS: &str = "tests/clients";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only clients whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    client: String,
    /// A `logs` command to test; without it, one is built
    #[arg(long, value_name = "FILE")]
    logs: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let chosen = CLIENTS.iter();
    let chosen = chosen.filter(|client| client.name.contains(&arguments.client));
    let chosen: Vec<_> = chosen.collect();
    ensure!(
        !chosen.is_empty(),
        "no client is named so: {}",
        CLIENTS.map(|client| client.name).join(", ")
    );
    let logs = command(arguments.logs.as_deref())?;
    let scripts = process::root()?.join(SCRIPTS);
    let mut environments = Environments::new(scripts.clone(), pg::target()?.join("clients"));
    let mut differing = Vec::new();
    for client in chosen {
        let program = environments.program(client)?;
        let comparison = check(client, program, &logs, &scripts)
            .with_context(|| format!("the client {}", client.name))?;
        print!("{comparison}");
        if !comparison.is_right() {
            differing.push(client.name);
        }
    }
    if !differing.is_empty() {
        bail!(
            "the store does not say what happened: {}",
            differing.join(", ")
        );
    }
    Ok(())
}

/// The `logs` command to test; without one, it is built.
pub(crate) fn command(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(logs) = named {
        return Ok(logs.to_owned());
    }
    let build = ["build", "--quiet", "--package", "logs-cli"];
    process::run(process::cargo(build)?)?;
    Ok(pg::target()?.join("debug/logs"))
}

/// Runs a client against a new service, and compares what the store says with what the model API saw.
fn check(
    client: &'static Client,
    mut program: std::process::Command,
    logs: &Path,
    scripts: &Path,
) -> anyhow::Result<Comparison> {
    let folder = tempfile::tempdir().context("a folder for the store")?;
    let calls = folder.path().join("calls.ndjson");
    let mut api = std::process::Command::new(environment::PYTHON);
    api.arg(scripts.join("model_api.py")).arg(&calls);
    let mut api = Program::start(api, &folder.path().join("model-api.log"))?;
    let port = api.line().context("the port of the model API")?;

    let service = Service::start(logs, folder.path(), &[])?;
    program
        .env("MODEL_API", format!("http://127.0.0.1:{port}"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", service.endpoint(client))
        .env("OTEL_SERVICE_NAME", client.name);
    let mut program = Program::start(program, &folder.path().join("client.log"))?;
    let said = program.line()?;
    ensure!(said == "sent", "it said `{said}` in the place of `sent`");
    let once = service.evidence()?;
    program.tell("again")?;
    program.end()?;
    let twice = service.evidence()?;
    let calls = std::fs::read_to_string(&calls).context("the log of the model API")?;
    Comparison::new(client, &run::calls(&calls)?, &once, &twice)
}
