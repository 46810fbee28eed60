//! `cargo xtask ci`: everything that must pass before a change lands.

use anyhow::bail;

use crate::{process, queries, test, tidy};

/// Runs every check, the cheapest first.
pub(crate) fn run() -> anyhow::Result<()> {
    process::run(process::cargo(["fmt", "--all", "--check"])?)?;
    process::run(process::cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ])?)?;
    deny()?;
    tidy::run()?;
    queries::run(&queries::Arguments { check: true })?;
    let mut doc = process::cargo(["doc", "--workspace", "--no-deps", "--all-features"])?;
    doc.env("RUSTDOCFLAGS", "-D warnings");
    process::run(doc)?;
    test::run(&test::Arguments::default())
}

/// Licences, duplicate versions and sources; not the advisories, which need the network.
fn deny() -> anyhow::Result<()> {
    let (_, installed) = process::output(process::cargo(["deny", "--version"])?)?;
    if !installed {
        bail!("cargo-deny is missing: install it with `cargo install --locked cargo-deny`");
    }
    process::run(process::cargo([
        "deny", "check", "bans", "licenses", "sources",
    ])?)
}
