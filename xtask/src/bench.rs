//! `cargo xtask bench`: each store beside its floors, in a release build.

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
}

/// Builds and runs the benchmark.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut bench = process::cargo(["run", "--release", "--quiet", "--package", "logs-bench"])?;
    bench.args(["--", "--backend", &arguments.backend]);
    if let Some(rows) = arguments.rows {
        bench.args(["--rows", &rows.to_string()]);
    }
    if arguments.quick {
        bench.arg("--quick");
    }
    process::run(bench)
}
