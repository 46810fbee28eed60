//! `logs backup`: a copy of the store.

use clap::Args;
use indicatif::ProgressBar;
use logs_domain::Timestamp;
use serde::Serialize;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::output::{self, Fields};
use crate::session::Session;

const EXAMPLES: &str = "\
Others may write to the store meanwhile. The copy holds all that was acknowledged before, is checked
as a whole, and is a store itself: `logs --store sqlite:FILE` opens it. It gets its name when it is
complete and on the disk. Only stores in SQLite are copied like this; PostgreSQL has its own tools.

Examples:
  logs backup /backup/logs-2026-03-02.db
  logs backup /backup/logs.db --store sqlite:/var/lib/logs.db";

/// Copy the store to a file while others write to it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// The file of the copy; it must not exist
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct BackupSummary {
    file: String,
    records: u64,
    bytes: u64,
    latest_created_at: Option<Timestamp>,
}

impl Backup {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let file = self.file.display().to_string();
        if self.file.symlink_metadata().is_ok() {
            return Err(Failure::refused(format!(
                "{file} exists already; a backup replaces no file"
            )));
        }
        let folder = match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => std::path::Path::new("."),
        };
        if !folder.is_dir() {
            let folder = folder.display();
            return Err(Failure::usage(format!("there is no folder {folder}")));
        }
        let bar = progress(session.streams.err_is_terminal);
        let made = tokio::select! {
            made = logs_store::backup(&session.globals.store, &self.file) => made,
            () = interrupted() => {
                return Err(Failure::refused("interrupted; no backup was made"));
            }
        };
        bar.finish_and_clear();
        let made = made?;
        if let Some(first) = made.faults.first() {
            let count = made.faults.len();
            return Err(Failure::refused(format!(
                "the store is damaged and no backup was made: {first} ({count} found; see \
                 `logs doctor --deep`)"
            )));
        }
        let latest = Some(made.latest).filter(|latest| *latest != Timestamp::MIN);
        if session.json() {
            let summary = BackupSummary {
                file,
                records: made.records,
                bytes: made.bytes,
                latest_created_at: latest,
            };
            return output::json(session.output(), &summary);
        }
        Fields::default()
            .add("file", file)
            .add("records", made.records)
            .add("size", format!("{} bytes", made.bytes))
            .add(
                "newest record time",
                output::optional(latest.map(output::time)),
            )
            .add("checked", "as a whole")
            .write(session.streams.out)?;
        Ok(())
    }
}

/// Shows that the command works. SQLite copies in one step, without progress.
fn progress(is_terminal: bool) -> ProgressBar {
    output::progress(
        is_terminal,
        None,
        "{spinner} copying and checking {elapsed}",
    )
}
