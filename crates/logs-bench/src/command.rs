//! Import and export end to end: the `logs` command, from a file to a store and back.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use logs_domain::{Clock, Draft, SystemClock};

use crate::arguments::Arguments;
use crate::data::{Population, Producer};

const TENANT: &str = "acme";

/// The `logs` command that was built beside this program.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("logs");
    anyhow::ensure!(
        program.is_file(),
        "the `logs` command is not beside this program: `cargo build --release -p logs-cli`"
    );
    Ok(program)
}

/// Imports a file into the store at `url`, imports it again, and exports it. Each once: the work
/// is long enough to speak for itself.
pub(crate) fn measure(
    backend: &str,
    url: &str,
    arguments: &Arguments,
    population: &Population,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(arguments.folder())?;
    let file = folder.path().join("runs.ndjson");
    let runs = arguments.stored();
    let bytes = write_drafts(&file, runs, population)?;
    let export = folder.path().join("export.ndjson");
    let (file, out) = (file.display().to_string(), export.display().to_string());
    let imports = ["import", &file, "--batch", "10000"];
    let exports = [
        "export", "--scope", "llm_run", "--format", "json", "--out", &out,
    ];
    println!(
        "\nthe command on {backend}: {runs} runs, {} MB of JSON lines",
        bytes / 1_000_000
    );
    print("import", runs, run(url, &imports)?);
    print("import again", runs, run(url, &imports)?);
    // An export ends at what is settled: a first one waits until everything is.
    let settled = folder.path().join("settled.ndjson").display().to_string();
    let (kind, now) = (&exports[..5], SystemClock.now().to_string());
    let waiting = [kind, &["--out", &settled, "--to", &now, "--wait"]].concat();
    run(url, &waiting)?;
    print("export", runs, run(url, &exports)?);
    let exported = BufReader::new(File::open(&export)?).lines().count();
    anyhow::ensure!(exported == runs, "{exported} of {runs} runs were exported");
    Ok(())
}

fn print(name: &str, runs: usize, took: Duration) {
    let seconds = took.as_secs_f64();
    println!(
        "{name:<13} {seconds:>7.2} s, {:>7.0} runs/s, {:>6.2} µs per run",
        runs as f64 / seconds,
        seconds * 1e6 / runs as f64
    );
}

/// Writes runs in the drafts form, and tells their bytes.
pub(crate) fn write_drafts(
    file: &Path,
    runs: usize,
    population: &Population,
) -> anyhow::Result<u64> {
    let mut lines = BufWriter::new(File::create(file)?);
    let mut producer = Producer::new(population, 23);
    for _ in 0..runs {
        serde_json::to_writer(&mut lines, &Draft::from(producer.next()?))?;
        lines.write_all(b"\n")?;
    }
    lines.flush()?;
    Ok(std::fs::metadata(file)?.len())
}

fn run(url: &str, words: &[&str]) -> anyhow::Result<Duration> {
    let mut command = Command::new(program()?);
    command
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
        .env("LOGS_STORE_URL", url)
        .env("LOGS_TENANT", TENANT);
    let begun = Instant::now();
    let output = command.output().context("starting `logs`")?;
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "`logs {}`: {said}",
        words.join(" ")
    );
    Ok(took)
}
