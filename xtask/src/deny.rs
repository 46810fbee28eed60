//! Licences, duplicate versions and sources of dependencies, by `cargo deny`; not the advisories, whose
//! database is no registry.

use std::path::PathBuf;
use std::process::Command;

use crate::{pg, process};

/// The version that is installed where there is none. It builds with the toolchain of the workspace.
const VERSION: &str = "0.20.2";

pub(crate) fn run() -> anyhow::Result<()> {
    let mut check = program()?;
    check.args(["check", "bans", "licenses", "sources"]);
    process::run(check)
}

/// `cargo deny` of the machine; else one of this checkout, which is installed at the first call.
fn program() -> anyhow::Result<Command> {
    let (_, is_there) = process::output(process::cargo(["deny", "--version"])?)?;
    if is_there {
        return process::cargo(["deny"]);
    }
    let own = tools()?.join("bin/cargo-deny");
    if !own.is_file() {
        println!(
            "cargo-deny is missing: it is built once, into {}",
            tools()?.display()
        );
        let mut install = process::cargo(["install", "--quiet", "--locked", "--debug", "--root"])?;
        install
            .arg(tools()?)
            .args(["--version", VERSION, "cargo-deny"]);
        // It runs for a second: what builds it fastest is best.
        install.env("CARGO_PROFILE_DEV_DEBUG", "false");
        install.env_remove("RUSTFLAGS");
        process::run(install)?;
    }
    let mut deny = Command::new(own);
    deny.current_dir(process::root()?);
    Ok(deny)
}

fn tools() -> anyhow::Result<PathBuf> {
    Ok(pg::target()?.join("tools"))
}
