//! `logs reset-clock`: sets the time of a store back after a wrong clock.

use clap::Args;
use logs_store::ClockStatus;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, Column, Row, Table};
use crate::session::Session;

const EXAMPLES: &str = "\
A store in SQLite keeps the newest time that it used, and gives no record an earlier time. If the
clock was ahead during one write, the time of the store is ahead too. When the clock is right again,
the store refuses appends. This command sets the time of the store back to the clock.

The command changes no record. Records with times ahead of the clock keep these times, and until
then are the newest of every list. Finished exports of windows that end after the present may lack
records stored from now on. Repeat these exports when the present has passed their end. The store
remembers the newest time that it set back, and `logs doctor` prints it.

First check that the clock of this machine is right. Without --yes, the command changes nothing. It
then ends with exit code 2 if the store is ahead of the clock.

Examples:
  logs reset-clock
  logs reset-clock --yes --store sqlite:/var/lib/logs.db";

/// Set the time of the store back after its clock was ahead
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ResetClock {
    /// Set the time back. Without this flag, the command only prints what it would do
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct ResetSummary<'a> {
    clock: String,
    newest_time: String,
    reset: bool,
    later_records: &'a [ResetLine],
}

#[derive(Serialize)]
struct ResetLine {
    table: String,
    records: u64,
    newest_created_at: String,
}

impl Row for ResetLine {
    const COLUMNS: &'static [Column] = &[
        Column::text("TABLE"),
        Column::number("LATER RECORDS"),
        Column::text("NEWEST RECORD TIME"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.table.clone(),
            self.records.to_string(),
            self.newest_created_at.clone(),
        ]
    }
}

impl ResetClock {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let url = session.globals.store.clone();
        let status = if self.yes {
            logs_store::reset_clock(&url, session.clock()).await?
        } else {
            logs_store::clock_status(&url, session.clock()).await?
        };
        let reset = self.yes && status.is_ahead;
        report(session, &status, reset)?;
        if status.is_ahead && !self.yes {
            return Err(Failure::usage(
                "nothing changed; if the clock is right, `logs reset-clock --yes` sets the \
                 time of the store back to it",
            ));
        }
        Ok(())
    }
}

fn report(session: &mut Session<'_>, status: &ClockStatus, reset: bool) -> Result<(), Failure> {
    let lines: Vec<ResetLine> = status
        .later
        .iter()
        .map(|later| ResetLine {
            table: later.table.clone(),
            records: later.records,
            newest_created_at: later.newest.to_string(),
        })
        .collect();
    let (now, latest) = (status.now, status.latest);
    if session.json() {
        let summary = ResetSummary {
            clock: now.to_string(),
            newest_time: latest.to_string(),
            reset,
            later_records: &lines,
        };
        return output::json(session.output(), &summary);
    }
    let out = &mut session.streams.out;
    if status.is_ahead {
        writeln!(
            out,
            "the newest time of the store is {latest}, the time of the clock is {now}"
        )?;
        if !lines.is_empty() {
            Table::new(ResetLine::COLUMNS).write(*out, &lines)?;
        }
    }
    match (status.is_ahead, reset) {
        (false, _) => writeln!(out, "nothing to reset: the store is not ahead of the clock")?,
        (true, true) => writeln!(
            out,
            "set back to {now}; exports of windows that end later may lack records stored from \
             now on"
        )?,
        (true, false) => {}
    }
    Ok(())
}
