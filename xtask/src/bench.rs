//! `cargo xtask bench`: each store beside its baselines, in a release build.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many runs are stored before appends and reads are measured
    #[arg(long)]
    rows: Option<usize>,
    /// One backend, such as `sqlite`, or `all`
    #[arg(long, default_value = "all")]
    backend: String,
    /// Fewer rounds over fewer rows
    #[arg(long)]
    quick: bool,
    /// Only how the stores grow: the same questions of a thousandth of the rows and of all of them
    #[arg(long)]
    growth: bool,
    /// Only usage: sums over all runs, and what appends pay for their indexes
    #[arg(long)]
    usage: bool,
    /// Only the service over SQLite and PostgreSQL, beside the stores alone
    #[arg(long)]
    service: bool,
    /// Only imports, by the drafts form and by maps, beside jq
    #[arg(long)]
    import: bool,
}

/// Builds and runs the benchmark, and the `logs` command whose import and export it measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let packages = ["--package", "logs-bench", "--package", "logs-cli"];
    let mut build = process::cargo(["build", "--release", "--quiet"])?;
    build.args(packages).env_remove("RUSTFLAGS");
    anyhow::ensure!(build.status()?.success(), "the benchmark does not build");
    // This program is in the folder of another profile, beside that of the release build.
    let own = std::env::current_exe()?;
    let target = own.parent().and_then(Path::parent);
    let program = target
        .context("the folder of builds")?
        .join("release/logs-bench");
    let mut bench = Command::new(program);
    bench.current_dir(process::root()?);
    bench.args(["--backend", &arguments.backend]);
    if let Some(rows) = arguments.rows {
        bench.args(["--rows", &rows.to_string()]);
    }
    if arguments.quick {
        bench.arg("--quick");
    }
    if arguments.growth {
        bench.arg("--growth");
    }
    if arguments.usage {
        bench.arg("--usage");
    }
    if arguments.service {
        bench.arg("--service");
    }
    if arguments.import {
        bench.arg("--import");
    }
    process::run(bench)
}
