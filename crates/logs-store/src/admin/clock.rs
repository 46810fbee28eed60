//! The newest time of a store, and how to reset it after a clock was ahead.

use logs_domain::{Clock, Timestamp};

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// The newest time of a store, compared with a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The time of the clock.
    pub now: Timestamp,
    /// The newest time that the store used for an append or returned as settled.
    pub latest: Timestamp,
    /// Whether this time is more than 5 s ahead of the clock, so that the store refuses appends.
    pub is_ahead: bool,
    /// The newest time that an operator reset, if any.
    pub taken_back: Option<Timestamp>,
    /// The records with a record time after `now`, by table. Tables without such records are absent.
    pub later: Vec<LaterRecords>,
}

/// Records with a record time after the time of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaterRecords {
    /// Their table.
    pub table: String,
    /// Their number.
    pub records: u64,
    /// The newest of their record times.
    pub newest: Timestamp,
}

/// Compares the newest time of the store with `clock`, and changes nothing.
///
/// # Errors
/// As [`reset_clock`].
pub async fn clock_status(url: &str, clock: &dyn Clock) -> Result<ClockStatus, ConnectError> {
    on_file(url, clock, false).await
}

/// Sets the newest time of the store back to `clock`, if it is more than 5 s ahead. Use it after a machine ran
/// with a wrong clock. Returns the state before. If the store was not ahead, the call changes nothing. Records
/// keep their record times.
///
/// # Errors
/// As [`connect`](crate::connect), [`ConnectError::NotThere`], and [`ConnectError::NotForBackend`] for
/// backends without such a time.
pub async fn reset_clock(url: &str, clock: &dyn Clock) -> Result<ClockStatus, ConnectError> {
    on_file(url, clock, true).await
}

async fn on_file(url: &str, clock: &dyn Clock, reset: bool) -> Result<ClockStatus, ConnectError> {
    #[cfg(not(feature = "sqlite"))]
    let _ = (clock, reset);
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory { .. } => Err(ConnectError::NotForBackend {
            reason: "a store in memory keeps no time: nothing of it outlives the process"
                .to_owned(),
        }),
        #[cfg(feature = "postgres")]
        StoreUrl::Postgres(_) => Err(ConnectError::NotForBackend {
            reason:
                "record times in PostgreSQL are compared with the clock of the server: set that \
                     clock right"
                    .to_owned(),
        }),
        #[cfg(feature = "sqlite")]
        StoreUrl::Sqlite { path, .. } => {
            use logs_sqlite::SqliteStore;
            let path = existing(path)?;
            let status = if reset {
                SqliteStore::reset_clock(path, clock).await?
            } else {
                SqliteStore::clock_status(path, clock).await?
            };
            Ok(ClockStatus {
                now: status.now,
                latest: status.latest,
                is_ahead: status.is_ahead(),
                taken_back: status.taken_back,
                later: status.later.into_iter().map(LaterRecords::from).collect(),
            })
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<logs_sqlite::LaterRecords> for LaterRecords {
    fn from(later: logs_sqlite::LaterRecords) -> Self {
        Self {
            table: later.table.to_owned(),
            records: later.records,
            newest: later.newest,
        }
    }
}
