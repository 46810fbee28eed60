//! `cargo xtask queries`: describes the statements that are checked when the PostgreSQL adapter is
//! compiled, by a server with the schema of this checkout, and keeps that beside the crate: a build
//! needs no server. Then it writes anew the list of definitions that `logs doctor` compares with, and the
//! statements of reads in `tests/sql`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::{pg, process};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail when what is kept differs from what the server says now
    #[arg(long)]
    pub(crate) check: bool,
}

/// The crate, and the variable that its `sqlx.toml` names.
const CRATE: &str = "crates/logs-postgres";
const URL: &str = "LOGS_POSTGRES_BUILD_URL";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let kept = process::root()?.join(CRATE).join(".sqlx");
    let found = describe()?;
    if arguments.check {
        ensure!(
            found == read(&kept)?,
            "{CRATE}/.sqlx is not what the statements are now: run `cargo xtask queries`"
        );
        println!("{} statements are described as they are", found.len());
        return Ok(());
    }
    std::fs::create_dir_all(&kept)?;
    for name in read(&kept)?
        .keys()
        .filter(|name| !found.contains_key(*name))
    {
        std::fs::remove_file(kept.join(name))?;
    }
    for (name, text) in &found {
        std::fs::write(kept.join(name), text)?;
    }
    println!("{} statements are described in {CRATE}/.sqlx", found.len());
    // By the tests that compare otherwise: they have the schema, and ask as the store does.
    let list = "doctor::definitions::tests::the_list_is_what_the_steps_install";
    write("LOGS_WRITE_DEFINITIONS", ["--lib", "--", "--exact", list])?;
    let read = "statements::every_read_asks_what_is_written_down";
    let test = ["--test=database", "--", "--exact", read];
    write("LOGS_WRITE_STATEMENTS", test)
}

/// Runs a test that writes anew what it compares with.
fn write<const N: usize>(variable: &str, test: [&str; N]) -> anyhow::Result<()> {
    let mut write = process::cargo(["test", "--quiet", "--package", "logs-postgres"])?;
    write.args(test).env(variable, "1");
    process::run(write)
}

/// Compiles the crate beside a server that knows the schema; what the macros wrote, by file name.
fn describe() -> anyhow::Result<BTreeMap<String, String>> {
    let folder = tempfile::tempdir()?;
    let written = folder.path().join("queries");
    std::fs::create_dir(&written)?;
    let (mut holder, server) = pg::hold(&folder.path().join("server"), &schema()?)?;
    // Another flag each time: the macros are to run although nothing has changed.
    let flag = format!("described={:?}", folder.path());
    let mut build = process::cargo(["rustc", "--quiet", "--package", "logs-postgres", "--lib"])?;
    build.args(["--", "--allow", "unexpected_cfgs", "--cfg", &flag]);
    build.env("SQLX_OFFLINE", "false");
    build.env("SQLX_OFFLINE_DIR", &written);
    build.env(URL, &server.superuser);
    let built = process::run(build);
    holder.kill().and_then(|()| holder.wait())?;
    built?;
    read(&written)
}

/// The steps of the schema. Those that only build an index have no part in what statements are.
fn schema() -> anyhow::Result<Vec<PathBuf>> {
    let mut steps = Vec::new();
    for entry in std::fs::read_dir(process::root()?.join(CRATE).join("migrations"))? {
        let step = entry?.path();
        let is_sql = step.extension().is_some_and(|extension| extension == "sql");
        if is_sql && !std::fs::read_to_string(&step)?.starts_with("-- no-transaction") {
            steps.push(step);
        }
    }
    steps.sort();
    Ok(steps)
}

/// The files of a folder, by name.
fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(name) = name.filter(|name| name.ends_with(".json")) {
            files.insert(name.to_owned(), std::fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}
