//! The newest time of a store, compared with the clock, and how to reset it after a clock was
//! ahead.

use std::path::Path;

use logs_domain::{Clock, StoreError, StoreResult, Timestamp, WriteOutcome};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::connection::{Access, connect_existing};
use crate::{SqliteStore, error, migrations};

/// How far a clock may step back, as clocks synchronised over a network do. Until the clock passes
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

/// The newest time of a file, compared with a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The time of the clock.
    pub now: Timestamp,
    /// The newest time that the store used for an append or returned as settled. No later append
    /// gets an earlier time. For a new file, it is the earliest time of all.
    pub latest: Timestamp,
    /// The newest time that an operator reset, if any.
    pub taken_back: Option<Timestamp>,
    /// The records with a record time after `now`, by table. Tables without such records are
    /// absent.
    pub later: Vec<LaterRecords>,
}

impl ClockStatus {
    /// Whether the newest time is more than 5 s ahead of the clock. A store with a clock that tells
    /// the time of day then refuses appends.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        is_ahead(self.latest, self.now)
    }
}

/// Records with a record time after the time of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaterRecords {
    /// Their table.
    pub table: &'static str,
    /// Their number.
    pub records: u64,
    /// The newest of their record times.
    pub newest: Timestamp,
}

impl SqliteStore {
    /// Compares the newest time of the file at `path` with `clock`, and changes nothing. It reads
    /// the record time of every record.
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

    /// Sets the newest time of the file at `path` back to `clock`, if it is more than 5 s ahead.
    /// Use it after a machine ran with a wrong clock. Returns the state before. If the store [was
    /// not ahead](ClockStatus::is_ahead), the call changes nothing.
    ///
    /// The call changes no record. Records with times ahead of the clock keep them, and are the
    /// newest of every list until the clock passes them. Settled times after `clock` are settled no
    /// more: new records may appear in windows of exports that end after `clock`. The file
    /// remembers the newest time that an operator ever reset.
    ///
    /// # Errors
    /// As [`open`](Self::open). The call then changed nothing.
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
        // Under the lock of the writer, so the result describes the state that the call changes.
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

/// Compares the newest time of the file with a time, and counts later records.
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
                // A record time altered beyond the range must not prevent the reset.
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

/// The newest time of the file, and the newest time that an operator reset.
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

/// A stored mark as a time.
pub(crate) fn time(mark: i64) -> StoreResult<Timestamp> {
    Timestamp::from_micros(mark).map_err(|_| inconsistent())
}

fn inconsistent() -> StoreError {
    StoreError::inconsistent("store_clock", "latest", "")
}

/// Refuses a clock that is far behind the newest time of the file. One of the two is wrong, and a
/// new record would get a wrong time. It does not compare an invented time of a test.
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
