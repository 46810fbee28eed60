//! `cargo xtask contract`: the contract suite on each backend, as a table.

use std::path::Path;

use anyhow::{Context, bail};

use crate::process;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// One backend, such as `sqlite`, or `all`
    #[arg(long, default_value = "all")]
    backend: String,
    /// Only cases whose name contains this
    #[arg(long)]
    case: Option<String>,
    /// The major version of PostgreSQL to run on, such as 17; installed or fetched
    #[arg(long, value_name = "MAJOR")]
    pg_version: Option<u32>,
}

/// What one backend made of the suite, from the last line that its test prints.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    backend: String,
    executed: u64,
    passed: u64,
    failed: u64,
    exempt: u64,
}

/// Runs the suite; a backend that cannot start, fails a case or executes none is a failure.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut summaries = Vec::new();
    let mut failures = Vec::new();
    for backend in backends(&arguments.backend)? {
        let package = format!("logs-{backend}");
        let mut test = process::cargo(["test", "--quiet", "--all-features", "--package"])?;
        test.args([package.as_str(), "--test", "contract", "--"]);
        test.args(arguments.case.as_deref());
        if let Some(version) = arguments.pg_version {
            test.env("LOGS_TEST_POSTGRES_VERSION", version.to_string());
        }
        let (printed, passed) = process::output(test)?;
        for server in printed.lines().filter(|line| line.starts_with("server: ")) {
            println!("{server}");
        }
        match printed.lines().rev().find_map(parse_summary) {
            Some(summary) => {
                if !passed || summary.failed > 0 || summary.executed == 0 {
                    println!("{printed}");
                    failures.push(backend);
                }
                summaries.push(summary);
            }
            None => {
                println!("{printed}");
                failures.push(backend);
            }
        }
    }
    println!(
        "{:<12} {:>8} {:>8} {:>8} {:>8}",
        "backend", "cases", "passed", "failed", "exempt"
    );
    for line in &summaries {
        println!(
            "{:<12} {:>8} {:>8} {:>8} {:>8}",
            line.backend, line.executed, line.passed, line.failed, line.exempt
        );
    }
    if !failures.is_empty() {
        bail!(
            "the contract is not kept, or not run, by: {}",
            failures.join(", ")
        );
    }
    Ok(())
}

/// The backends that join the suite: crates with a test named `contract`.
fn backends(wanted: &str) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(process::root()?.join("crates"))? {
        let folder = entry?.path();
        let name = folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if let Some(backend) = name.strip_prefix("logs-")
            && has_contract(&folder)
            && (wanted == "all" || wanted == backend)
        {
            found.push(backend.to_owned());
        }
    }
    found.sort_unstable();
    if found.is_empty() {
        bail!("no backend named `{wanted}` joins the contract suite");
    }
    Ok(found)
}

fn has_contract(folder: &Path) -> bool {
    folder.join("tests/contract.rs").is_file()
}

/// Reads `contract: backend=sqlite cases=120 passed=119 failed=1 exempt=0`.
fn parse_summary(line: &str) -> Option<Summary> {
    let words = line.strip_prefix("contract: ")?;
    let value = |name: &str| {
        let mut pairs = words.split(' ').filter_map(|word| word.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let number = |name| {
        value(name)
            .context("a number")
            .and_then(|text| Ok(text.parse::<u64>()?))
    };
    Some(Summary {
        backend: value("backend")?.to_owned(),
        executed: number("cases").ok()?,
        passed: number("passed").ok()?,
        failed: number("failed").ok()?,
        exempt: number("exempt").ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Summary, parse_summary};

    #[test]
    fn a_summary_reads_back_and_other_lines_are_none() {
        let line = "contract: backend=sqlite cases=12 passed=10 failed=1 exempt=1";
        let backend = "sqlite".to_owned();
        let summary = Summary {
            backend,
            executed: 12,
            passed: 10,
            failed: 1,
            exempt: 1,
        };
        assert_eq!(parse_summary(line), Some(summary));
        assert_eq!(parse_summary("test result: ok. 12 passed"), None);
        assert_eq!(parse_summary("contract: backend=sqlite cases=x"), None);
    }
}
