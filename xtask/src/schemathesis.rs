//! `cargo xtask schemathesis`: Schemathesis makes requests of the OpenAPI document, right and wrong ones, and sends
//! them to `logs serve` with keys. It needs Python and its package index.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::clients::command;
use crate::clients::environment::python;
use crate::clients::evidence::Service;
use crate::{pg, process};

/// The packages, with their versions.
const PACKAGES: &str = "tests/schemathesis/requirements.txt";
/// Records for answers that are not empty.
const SAMPLE: &str = "examples/sample/agent-run.ndjson";
const TENANT: &str = "acme";
/// Every role, so that every route answers.
const ROLES: [&str; 4] = ["ingest", "read", "audit-read", "export"];
/// Rates that the requests do not reach.
const RATES: [&str; 6] = [
    "--key-requests",
    "1000000",
    "--key-burst",
    "1000000",
    "--failed-keys",
    "1000000",
];
/// A check that the document cannot pass: no schema says which cursors there are, that the end of a window is
/// behind its beginning, or that two parameters exclude each other.
const NO_CHECK: &str = "positive_data_acceptance";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The most requests of each operation
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    examples: u32,
    /// What the requests are derived from; the same seed makes the same ones
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u32,
    /// A `logs` command to test; without it, one is built
    #[arg(long, value_name = "FILE")]
    logs: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let logs = command(arguments.logs.as_deref())?;
    let environment = pg::target()?.join("schemathesis");
    let root = process::root()?;
    python(&root.join(PACKAGES), &environment)?;

    let folder = tempfile::tempdir().context("a folder for the store")?;
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let pepper = folder.path().join("pepper").display().to_string();
    let on_store = |words: &[&str]| {
        let mut command = Command::new(&logs);
        command.args(words).args(["--store", &store]);
        command
    };
    let mut import = on_store(&["import", "--tenant", TENANT]);
    import.arg(root.join(SAMPLE));
    process::run(import)?;
    let mut issue = on_store(&["keys", "issue", "--pepper", &pepper, "--for", TENANT]);
    issue.args(ROLES.iter().flat_map(|role| ["--role", role]));
    let issued = issue.output().context("a key")?;
    ensure!(issued.status.success(), "no key was issued");
    let key = String::from_utf8(issued.stdout).context("a key")?;

    let flags = [&["--pepper", pepper.as_str()][..], &RATES].concat();
    let service = Service::start(&logs, folder.path(), &flags)?;
    let mut test = Command::new(environment.join("bin/st"));
    test.arg("run")
        .arg(format!("{}/api/v1/openapi.json", service.http()))
        .args(["--header", &format!("Authorization: Bearer {}", key.trim())])
        .args(["--exclude-checks", NO_CHECK])
        .args(["--max-examples", &arguments.examples.to_string()])
        .args(["--seed", &arguments.seed.to_string()])
        .args(["--generation-database", "none"])
        .current_dir(folder.path());
    process::run(test).context("the service does not do what its document says")
}
