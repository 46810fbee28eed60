//! `logs doctor`: checks of the store.

use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, Column, Row, Table};
use crate::session::Session;

const EXAMPLES: &str = "\
The command changes nothing. It ends with exit code 1 when a check fails. With --deep it reads every
record, which takes minutes for millions of records. Other programs may write meanwhile.

Examples:
  logs doctor
  logs doctor --deep
  logs doctor --store sqlite:/var/lib/logs.db --json";

/// Check the store, its schema and its settings
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Read everything: compare records with their digests, indexes with their tables, and records
    /// with the records that they name
    #[arg(long)]
    deep: bool,
}

#[derive(Serialize)]
struct CheckLine {
    check: String,
    passed: bool,
    found: String,
}

impl Row for CheckLine {
    const COLUMNS: &'static [Column] = &[
        Column::text("CHECK"),
        Column::text("RESULT"),
        Column::text("FOUND"),
    ];

    fn cells(&self) -> Vec<String> {
        let result = if self.passed { "ok" } else { "FAILED" };
        vec![self.check.clone(), result.to_owned(), self.found.clone()]
    }
}

impl Doctor {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let url = &session.globals.store;
        let checks = if self.deep {
            let bar = progress(session.streams.err_is_terminal);
            let advance = |done, all| {
                bar.set_length(all);
                bar.set_position(done);
            };
            let checks = logs_store::doctor_deep(url, &advance).await;
            bar.finish_and_clear();
            checks?
        } else {
            logs_store::doctor(url).await?
        };
        let lines: Vec<CheckLine> = checks
            .into_iter()
            .map(|check| CheckLine {
                check: check.name,
                passed: check.passed,
                found: check.found,
            })
            .collect();
        if session.json() {
            for line in &lines {
                output::json(session.output(), line)?;
            }
        } else {
            Table::new(CheckLine::COLUMNS).write(session.streams.out, &lines)?;
        }
        let failed: Vec<&str> = lines
            .iter()
            .filter(|line| !line.passed)
            .map(|line| line.check.as_str())
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        let (count, names) = (failed.len(), failed.join(", "));
        Err(Failure::refused(format!(
            "{count} of {} checks failed: {names}",
            lines.len()
        )))
    }
}

/// A progress bar on a terminal. It stops at its end while SQLite checks its pages.
fn progress(is_terminal: bool) -> ProgressBar {
    let template = "{bar:40} {human_pos} of {human_len} records, {elapsed}, {eta} left";
    output::progress(is_terminal, Some(0), template)
}
