//! `cargo xtask demo`: the main job on the embedded default, with the sample of the project.

use anyhow::Context;

use crate::process;

/// The sample: one run of an agent, what happened around it, and who changed what.
const SAMPLE: &str = "examples/sample/agent-run.ndjson";
const TENANT: &str = "acme";
const RUN: &str = "run-7f3a";

/// Imports the sample into a new store and asks it what happened.
pub(crate) fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("a folder for the store of the demonstration")?;
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let mut build = process::cargo(["build", "--quiet", "--package", "logs-cli"])?;
    build.env_remove("RUSTFLAGS");
    println!("Building the `logs` command …");
    anyhow::ensure!(
        build.status()?.success(),
        "the `logs` command does not build"
    );
    for words in [
        vec!["import", SAMPLE],
        vec!["runs", "list"],
        vec!["runs", "show", RUN],
        vec!["trace", "show", "trace-7f3a"],
        vec!["replay", "--around", RUN],
        vec!["governance", RUN],
    ] {
        println!("\n$ logs {}", words.join(" "));
        let mut logs = process::cargo(["run", "--quiet", "--package", "logs-cli", "--"])?;
        logs.args(&words)
            .env("LOGS_STORE_URL", &store)
            .env("LOGS_TENANT", TENANT);
        anyhow::ensure!(
            logs.status()?.success(),
            "`logs {}` failed",
            words.join(" ")
        );
    }
    println!("\nThe store was {store}; it is deleted now.");
    Ok(())
}
