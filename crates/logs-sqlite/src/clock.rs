//! The newest time that was given out, beside the clock; and the way back after a clock was ahead.

use std::path::Path;

use logs_domain::{Clock, StoreError, StoreResult, Timestamp, WriteOutcome};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::connection::{Access, connect_existing};
use crate::{SqliteStore, error, migrations};

/// How far a clock may step back, as those that are kept right over a network do: until it is past
/// the newest time again, records get that time.
pub(crate) const STEP_BACK_MICROS: i64 = 5_000_000;

/// The tables of records, whose rows have a record time.
pub(crate) const RECORD_TABLES: &[&str] = &[
    "llm_run",
    "trace",
    "trace_step",
    "system_record",
    "audit_entry",
    "log_export",
    "log_export_outcome",
];

/// The newest time that a store file gave out, beside a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The time that the clock told.
    pub now: Timestamp,
    /// The newest time that was given out, to an append or as settled: no later append is stamped
    /// before it. The first of all times in a file that gave out none.
    pub latest: Timestamp,
    /// The newest time that an operator took back, if one ever was.
    pub taken_back: Option<Timestamp>,
    /// The records whose record time is after `now`, by table; tables without any are left out.
    pub later: Vec<LaterRecords>,
}

impl ClockStatus {
    /// Whether the newest time is more than 5 s ahead of the clock, so that a store with a clock
    /// that tells the time of day takes no records.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        is_ahead(self.latest, self.now)
    }
}

/// Records whose record time is after that of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaterRecords {
    /// Their table.
    pub table: &'static str,
    /// How many there are.
    pub records: u64,
    /// The newest of their record times.
    pub newest: Timestamp,
}

impl SqliteStore {
    /// Compares the newest time that the file at `path` gave out with `clock`, and changes nothing.
    /// It reads the record time of every record.
    ///
    /// # Errors
    /// As [`doctor`](Self::doctor).
    pub async fn clock_status(
        path: impl AsRef<Path>,
        clock: &dyn Clock,
    ) -> StoreResult<ClockStatus> {
        let mut connection = connect_existing(path.as_ref(), Access::ReadOnly).await?;
        migrations::require(&mut connection).await?;
        let status = status(&mut connection, clock.now()).await?;
        connection.close().await.map_err(error::read)?;
        Ok(status)
    }

    /// Takes the newest time that the file at `path` gave out back to what `clock` tells, when it
    /// is more than 5 s ahead of it: the way out after a machine ran with a wrong clock. Gives how it
    /// was before; when it [was not ahead](ClockStatus::is_ahead), nothing was changed.
    ///
    /// No record is changed. Those that were stamped with the wrong clock keep their record times:
    /// until that time comes they are the newest of every list, and what is appended from now on
    /// comes behind them. What was told as settled up to the time that is taken back is settled no
    /// more: records may still appear in windows of exports that ended after what `clock` tells. The
    /// file remembers the newest time that was ever taken back.
    ///
    /// # Errors
    /// As [`open`](Self::open); nothing was changed then.
    pub async fn reset_clock(
        path: impl AsRef<Path>,
        clock: &dyn Clock,
    ) -> StoreResult<ClockStatus> {
        let mut connection = connect_existing(path.as_ref(), Access::ReadWrite).await?;
        migrations::require(&mut connection).await?;
        let mut transaction = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(error::before_commit)?;
        // Under the lock of the writer, so that what is told is what was found.
        let before = status(&mut transaction, clock.now()).await?;
        if before.is_ahead() {
            sqlx::query(
                "UPDATE store_clock SET latest = ?, \
                 taken_back = MAX(latest, COALESCE(taken_back, latest))",
            )
            .bind(before.now.as_micros())
            .execute(&mut *transaction)
            .await
            .map_err(error::before_commit)?;
        }
        transaction.commit().await.map_err(error::commit)?;
        connection.close().await.map_err(error::read)?;
        Ok(before)
    }
}

/// Compares the mark of the file with a time, and counts the records after it.
async fn status(connection: &mut SqliteConnection, now: Timestamp) -> StoreResult<ClockStatus> {
    let (latest, taken_back) = marks(connection).await?;
    let mut later = Vec::new();
    for table in RECORD_TABLES {
        let sql = format!("SELECT COUNT(*), MAX(created_at) FROM {table} WHERE created_at > ?");
        let (records, newest): (i64, Option<i64>) = sqlx::query_as(AssertSqlSafe(sql))
            .bind(now.as_micros())
            .fetch_one(&mut *connection)
            .await
            .map_err(error::read)?;
        if let Some(newest) = newest {
            later.push(LaterRecords {
                table,
                records: records.unsigned_abs(),
                // A record time that was altered to one beyond keeps nobody from the way back.
                newest: Timestamp::from_micros(newest).unwrap_or(Timestamp::MAX),
            });
        }
    }
    Ok(ClockStatus {
        now,
        latest,
        taken_back,
        later,
    })
}

/// The newest time that the file gave out, and the newest that was taken back.
pub(crate) async fn marks(
    connection: &mut SqliteConnection,
) -> StoreResult<(Timestamp, Option<Timestamp>)> {
    let marks: Option<(i64, Option<i64>)> =
        sqlx::query_as("SELECT latest, taken_back FROM store_clock")
            .fetch_optional(connection)
            .await
            .map_err(error::read)?;
    let (latest, taken_back) = marks.ok_or_else(inconsistent)?;
    Ok((time(latest)?, taken_back.map(time).transpose()?))
}

/// A mark as a time.
pub(crate) fn time(mark: i64) -> StoreResult<Timestamp> {
    Timestamp::from_micros(mark).map_err(|_| inconsistent())
}

fn inconsistent() -> StoreError {
    StoreError::inconsistent("store_clock", "latest", "")
}

/// Refuses a clock that is far behind the newest time that was given out: one of the two is wrong,
/// and a record that is stamped now would get a time that is not now. A time that a test made up is
/// not compared.
pub(crate) fn not_ahead(clock: &dyn Clock, now: Timestamp, latest: Timestamp) -> StoreResult<()> {
    if !clock.tells_time_of_day() || !is_ahead(latest, now) {
        return Ok(());
    }
    Err(StoreError::Unavailable {
        reason: format!(
            "its newest record time is {latest}, and the clock tells {now}; if the clock is wrong, \
             set it right; if records were stamped with a wrong clock before, `logs reset-clock` \
             takes that time back"
        ),
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    })
}

fn is_ahead(latest: Timestamp, now: Timestamp) -> bool {
    latest.as_micros().saturating_sub(now.as_micros()) > STEP_BACK_MICROS
}
