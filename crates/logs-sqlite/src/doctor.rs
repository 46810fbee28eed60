//! The checks of `logs doctor` on a store file.

mod deep;
mod definitions;
mod governance;
mod records;
mod report;
mod scan;

use std::path::Path;

use logs_domain::{Clock, StoreResult};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use self::report::Findings;
use crate::connection::connect_to_look;
use crate::place::beside;
use crate::{SqliteStore, clock, error, migrations};

/// The most messages requested from SQLite.
const MESSAGES: usize = 100;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The name of the check.
    pub name: &'static str,
    /// Whether the check passed.
    pub passed: bool,
    /// The finding, for people.
    pub found: String,
}

impl Check {
    fn new(name: &'static str, passed: bool, found: impl Into<String>) -> Self {
        let found = found.into();
        Self {
            name,
            passed,
            found,
        }
    }

    /// A check, or the error of making it.
    fn or_error(name: &'static str, made: StoreResult<Self>) -> Self {
        made.unwrap_or_else(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let found = match cause {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            Self::new(name, false, found)
        })
    }
}

impl SqliteStore {
    /// Checks the file at `path`, and changes nothing. It reads the whole file once, and compares
    /// every definition with those of this version. It does not compare records with their digests,
    /// nor indexes with their tables, as [`doctor_deep`](Self::doctor_deep) does.
    ///
    /// # Errors
    /// If the file does not open, or belongs to another application.
    pub async fn doctor(path: impl AsRef<Path>, clock: &dyn Clock) -> StoreResult<Vec<Check>> {
        let path = path.as_ref();
        let mut connection = connect_to_look(path).await?;
        let schema = migrations::current(&mut connection).await?;
        let mut checks = plain(&mut connection, clock, schema).await;
        checks.push(integrity(&mut connection, "quick_check").await);
        checks.push(size(&mut connection, path).await);
        connection.close().await.map_err(error::read)?;
        Ok(checks)
    }

    /// Makes the checks of [`doctor`](Self::doctor) on the file at `path`, and reads everything. It
    /// compares every index with its table, every record with its digest, and references with
    /// records. It calls `progress` with the number of records read and of all records. Memory is
    /// constant, whatever the size of the store.
    ///
    /// It reads one state of the store. Other programs may write meanwhile, but the WAL grows until
    /// the check ends.
    ///
    /// # Errors
    /// If the file does not open, or belongs to another application.
    pub async fn doctor_deep(
        path: impl AsRef<Path>,
        clock: &dyn Clock,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> StoreResult<Vec<Check>> {
        let path = path.as_ref();
        let mut connection = connect_to_look(path).await?;
        let mut moment = connection.begin().await.map_err(error::read)?;
        let schema = migrations::current(&mut moment).await?;
        let mut checks = plain(&mut moment, clock, schema).await;
        checks.extend(deep::checks(&mut moment, progress).await);
        checks.push(integrity(&mut moment, "integrity_check").await);
        checks.push(size(&mut moment, path).await);
        moment.rollback().await.map_err(error::read)?;
        connection.close().await.map_err(error::read)?;
        Ok(checks)
    }
}

/// The checks of both calls.
async fn plain(connection: &mut SqliteConnection, clock: &dyn Clock, schema: u64) -> Vec<Check> {
    let known = migrations::known();
    let version = format!("version {schema}, this program knows {known}");
    let mut checks = vec![Check::new("schema", schema == known, version)];
    let named = definitions::checks(connection, schema).await;
    checks.extend(named);
    checks.push(Check::or_error("settings", settings(connection).await));
    let at = clock_check(connection, clock).await;
    checks.push(Check::or_error("clock", at));
    checks
}

/// The settings of the file that a store needs.
async fn settings(connection: &mut SqliteConnection) -> StoreResult<Check> {
    let (journal, encoding): (String, String) = sqlx::query_as(
        "SELECT (SELECT journal_mode FROM pragma_journal_mode), \
         (SELECT encoding FROM pragma_encoding)",
    )
    .fetch_one(connection)
    .await
    .map_err(error::read)?;
    // In another journal mode, a reader blocks writers. In another encoding, text has another
    // order.
    let passed = journal == "wal" && encoding == "UTF-8";
    let found = format!("journal {journal}, text in {encoding}; commits are synced to the disk");
    Ok(Check::new("settings", passed, found))
}

/// Compares the newest time of the file with the clock.
async fn clock_check(connection: &mut SqliteConnection, clock: &dyn Clock) -> StoreResult<Check> {
    let (latest, taken_back) = clock::marks(connection).await?;
    let now = clock.now();
    let ahead = clock::not_ahead(clock, now, latest).is_err();
    let mut found = if latest == logs_domain::Timestamp::MIN {
        format!("no append has taken a record time yet; the time of the clock is {now}")
    } else {
        format!("the newest record time is {latest}, the time of the clock is {now}")
    };
    if ahead {
        found.push_str("; `logs reset-clock` sets it back");
    }
    if let Some(taken_back) = taken_back {
        found.push_str(&format!("; {taken_back} was set back"));
    }
    Ok(Check::new("clock", !ahead, found))
}

/// SQLite's check of its own structures.
async fn integrity(connection: &mut SqliteConnection, pragma: &str) -> Check {
    let sql = format!("PRAGMA {pragma}({MESSAGES})");
    let said: Result<Vec<String>, _> = sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await;
    let made = said.map_err(error::read).map(|said| {
        let mut findings = Findings::default();
        // Some messages have several lines, below a heading with the name of the only file.
        let lines = said.iter().flat_map(|said| said.lines());
        for line in lines.filter(|line| *line != "ok" && !line.starts_with("*** in database")) {
            findings.add(|| line.to_owned());
        }
        findings.check("integrity", "ok")
    });
    Check::or_error("integrity", made)
}

async fn size(connection: &mut SqliteConnection, path: &Path) -> Check {
    let bytes: Result<i64, _> = sqlx::query_scalar(
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    )
    .fetch_one(connection)
    .await;
    let log = std::fs::metadata(beside(path, "-wal")).map_or(0, |file| file.len());
    let made = bytes.map_err(error::read);
    let made =
        made.map(|bytes| Check::new("size", true, format!("{bytes} bytes, log {log} bytes")));
    Check::or_error("size", made)
}
