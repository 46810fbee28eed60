//! `logs reset-clock`: the way out after a machine ran with a wrong clock.

use clap::Args;
use logs_store::ClockStatus;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, Column, Row, Table};
use crate::session::Session;

const EXAMPLES: &str = "\
A store in SQLite keeps the newest time that it gave out, and stamps no record before it. One write
while the clock was ahead moves it ahead too. A right clock is refused from then on, since records
would be stamped with a wrong time. This sets the time of the store back to what the clock tells.

No record is changed. Those that were stamped ahead keep their times: until then they are the newest
of every list, and new records come behind them. Exports that were finished for windows ending after
the present may lack records that are stored from now on: make them again once it is past them. The
store remembers the newest time that was taken back, and `logs doctor` tells it.

First look whether the clock of this machine is right. Without --yes nothing is changed, and it ends
with exit code 2 when there is something to take back.

Examples:
  logs reset-clock
  logs reset-clock --yes --store sqlite:/var/lib/logs.db";

/// Take the time of the store back after its clock was ahead
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ResetClock {
    /// Do it, not only tell what would be done
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
                "nothing was changed; if the clock is right, `logs reset-clock --yes` takes the \
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
            "the newest time of the store is {latest}, the clock tells {now}"
        )?;
        if !lines.is_empty() {
            Table::new(ResetLine::COLUMNS).write(*out, &lines)?;
        }
    }
    match (status.is_ahead, reset) {
        (false, _) => writeln!(
            out,
            "nothing to take back: the store is not ahead of the clock"
        )?,
        (true, true) => writeln!(
            out,
            "taken back to {now}; exports of windows that end after it may lack what is stored from \
             now on"
        )?,
        (true, false) => {}
    }
    Ok(())
}
