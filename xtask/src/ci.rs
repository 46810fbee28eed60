//! `cargo xtask ci`: the jobs that must pass before a change lands. CI has no other list.

use std::time::Instant;

use crate::{deny, process, queries, test, tidy};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these jobs, in the order of the list
    #[arg(value_name = "JOB", value_parser = JOBS.map(|(name, _)| name))]
    jobs: Vec<String>,
}

type Job = fn() -> anyhow::Result<()>;

/// The cheapest first; the last one is the test command of the README, `cargo xtask test`.
const JOBS: [(&str, Job); 7] = [
    ("fmt", fmt),
    ("tidy", tidy::run),
    ("clippy", clippy),
    ("doc", doc),
    ("deny", deny::run),
    ("queries", check_queries),
    ("test", test_everything),
];

/// Runs each job and tells how long it took; ends at the first that fails.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let wanted =
        |name: &str| arguments.jobs.is_empty() || arguments.jobs.iter().any(|job| job == name);
    for (name, job) in JOBS.into_iter().filter(|(name, _)| wanted(name)) {
        println!("ci: {name}");
        let begun = Instant::now();
        job()?;
        println!("ci: {name} passed in {} s", begun.elapsed().as_secs());
    }
    Ok(())
}

fn fmt() -> anyhow::Result<()> {
    process::run(process::cargo(["fmt", "--all", "--check"])?)
}

fn clippy() -> anyhow::Result<()> {
    let mut clippy = process::cargo(["clippy", "--workspace", "--all-targets", "--all-features"])?;
    clippy.args(["--", "-D", "warnings"]);
    process::run(clippy)
}

fn doc() -> anyhow::Result<()> {
    let mut doc = process::cargo(["doc", "--workspace", "--no-deps", "--all-features"])?;
    doc.env("RUSTDOCFLAGS", "-D warnings");
    process::run(doc)
}

fn check_queries() -> anyhow::Result<()> {
    queries::run(&queries::Arguments { check: true })
}

fn test_everything() -> anyhow::Result<()> {
    test::run(&test::Arguments::default())
}

#[cfg(test)]
mod tests {
    use super::JOBS;

    #[test]
    fn the_tests_come_last() {
        assert_eq!(JOBS.map(|(name, _)| name).last(), Some(&"test"));
    }
}
