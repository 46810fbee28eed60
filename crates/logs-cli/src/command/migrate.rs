//! `logs migrate`: the schema of the store.

use clap::Args;
use serde::Serialize;

use crate::failure::Failure;
use crate::output;
use crate::session::Session;

const EXAMPLES: &str = "\
The command creates a missing SQLite store. Commands that append to SQLite do the same.
In PostgreSQL, no other command applies migrations.

Examples:
  logs migrate
  logs migrate --dry-run --store sqlite:/var/lib/logs.db";

/// Apply missing migrations to the schema
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Migrate {
    /// Only list the missing migrations
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct MigrationLine<'a> {
    migration: &'a str,
    applied: bool,
}

impl Migrate {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let url = session.globals.store.clone();
        let migrations = if self.dry_run {
            logs_store::schema_status(&url).await?.pending
        } else {
            logs_store::migrate(&url).await?
        };
        let applied = !self.dry_run;
        for migration in &migrations {
            if session.json() {
                output::json(session.output(), &MigrationLine { migration, applied })?;
            } else {
                let done = if applied { "applied" } else { "missing" };
                writeln!(session.streams.out, "{done} {migration}")?;
            }
        }
        if migrations.is_empty() && !session.json() {
            let status = logs_store::schema_status(&url).await?;
            let version = status.current;
            writeln!(session.streams.out, "up to date: schema {version}")?;
        }
        Ok(())
    }
}
