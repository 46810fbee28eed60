//! Dependencies point inwards: adapters and facades to the domain, the composition root to the
//! adapters, and the verifier to nothing that could reach a network or a database.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::Value;

use super::Violations;
use crate::process;

const ADAPTERS: &[&str] = &["logs-memory", "logs-sqlite", "logs-postgres"];

/// What each crate may depend on, of ours. `logs-contract` runs the memory store as its oracle.
const ALLOWED: &[(&str, &[&str])] = &[
    ("logs-domain", &["logs-ledger"]),
    ("logs-ledger", &[]),
    ("logs-memory", &["logs-domain", "logs-ledger"]),
    ("logs-sql", &["logs-domain"]),
    ("logs-sqlite", &["logs-domain", "logs-ledger", "logs-sql"]),
    ("logs-postgres", &["logs-domain", "logs-sql"]),
    (
        "logs-contract",
        &["logs-domain", "logs-ledger", "logs-memory"],
    ),
    (
        "logs-store",
        &["logs-domain", "logs-memory", "logs-sqlite", "logs-postgres"],
    ),
    ("logs-facade", &["logs-domain"]),
    ("logs-keys", &["logs-domain"]),
    (
        "logs-server",
        &[
            "logs-domain",
            "logs-facade",
            "logs-ingest",
            "logs-keys",
            "logs-otlp",
        ],
    ),
    ("logs-ingest", &["logs-domain"]),
    ("logs-otlp", &["logs-domain"]),
    ("logs-proof", &["logs-domain", "logs-ledger"]),
    ("logs-verify", &["logs-ledger"]),
    ("logs-import", &["logs-domain"]),
    (
        "logs-cli",
        &[
            "logs-domain",
            "logs-facade",
            "logs-import",
            "logs-keys",
            "logs-otlp",
            "logs-proof",
            "logs-server",
            "logs-store",
        ],
    ),
    ("logs-scenarios", &[]),
    ("logs-example-facade", &["logs-domain", "logs-store"]),
    (
        "logs-bench",
        &[
            "logs-domain",
            "logs-memory",
            "logs-otlp",
            "logs-postgres",
            "logs-sqlite",
            "test-postgres",
        ],
    ),
    ("test-postgres", &[]),
    ("xtask", &[]),
];

/// Crates that must not reach what these names stand for, however far down.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "logs-domain",
        &[
            "tokio",
            "sqlx",
            "sqlx-core",
            "libsqlite3-sys",
            "mio",
            "socket2",
            "hyper",
        ],
    ),
    (
        "logs-ledger",
        &[
            "tokio",
            "sqlx",
            "sqlx-core",
            "chrono",
            "getrandom",
            "mio",
            "socket2",
        ],
    ),
    (
        "logs-ingest",
        &[
            "sqlx",
            "sqlx-core",
            "mio",
            "socket2",
            "hyper",
            "axum",
            "tonic",
        ],
    ),
    (
        "logs-verify",
        &[
            "tokio",
            "async-std",
            "smol",
            "sqlx",
            "sqlx-core",
            "libsqlite3-sys",
            "mio",
            "socket2",
            "hyper",
            "reqwest",
            "rustls",
            "native-tls",
            "futures-core",
        ],
    ),
];

/// A crate of ours.
pub(super) struct Package {
    name: String,
    pub(super) manifest: PathBuf,
    /// The crates that it is built with, without those of its tests.
    dependencies: BTreeSet<String>,
}

/// Checks the two tables.
pub(super) fn check() -> anyhow::Result<Violations> {
    let packages = packages()?;
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut violations = Vec::new();
    for package in &packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            violations.push(format!(
                "{}: say what it may depend on, in {}",
                package.name,
                file!()
            ));
            continue;
        };
        for dependency in &package.dependencies {
            if ours.contains(dependency.as_str()) && !allowed.contains(&dependency.as_str()) {
                let role = if ADAPTERS.contains(&dependency.as_str()) {
                    "the adapter "
                } else {
                    ""
                };
                violations.push(format!("{} depends on {role}{dependency}", package.name));
            }
        }
    }
    for (name, forbidden) in FORBIDDEN {
        if ours.contains(name) {
            let tree = tree(name)?;
            for crate_name in forbidden
                .iter()
                .filter(|forbidden| tree.contains(**forbidden))
            {
                violations.push(format!("{name} reaches {crate_name}"));
            }
        }
    }
    Ok(violations)
}

/// The members of the workspace.
pub(super) fn packages() -> anyhow::Result<Vec<Package>> {
    let metadata = process::cargo(["metadata", "--no-deps", "--format-version", "1"])?.output()?;
    let metadata: Value = serde_json::from_slice(&metadata.stdout).context("cargo metadata")?;
    let packages = metadata["packages"]
        .as_array()
        .context("the packages of the workspace")?;
    packages
        .iter()
        .map(|package| parse(package).context("a package of the workspace"))
        .collect()
}

fn parse(package: &Value) -> Option<Package> {
    let built_with = |dependency: &&Value| dependency["kind"].as_str() != Some("dev");
    let dependencies = package["dependencies"]
        .as_array()?
        .iter()
        .filter(built_with);
    Some(Package {
        name: package["name"].as_str()?.to_owned(),
        manifest: package["manifest_path"].as_str()?.into(),
        dependencies: dependencies
            .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
            .collect(),
    })
}

/// Every crate that `package` is built with, with its default features.
fn tree(package: &str) -> anyhow::Result<BTreeSet<String>> {
    let arguments = [
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let (printed, success) = process::output(process::cargo(arguments)?)?;
    anyhow::ensure!(success, "cargo tree failed: {printed}");
    let names = printed.lines().filter_map(|line| line.split(' ').next());
    Ok(names.map(str::to_owned).collect())
}
