//! The newest time that a store gave out, and the way back after a clock was ahead.

use logs_domain::{Clock, Timestamp};

#[cfg(feature = "sqlite")]
use crate::url::existing;
use crate::{ConnectError, StoreUrl};

/// The newest time that a store gave out, beside a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The time that the clock told.
    pub now: Timestamp,
    /// The newest time that was given out, to an append or as settled.
    pub latest: Timestamp,
    /// Whether that is so far ahead of the clock that the store takes no records.
    pub is_ahead: bool,
    /// The newest time that an operator took back, if one ever was.
    pub taken_back: Option<Timestamp>,
    /// The records whose record time is after `now`, by table; tables without any are left out.
    pub later: Vec<LaterRecords>,
}

/// Records whose record time is after that of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaterRecords {
    /// Their table.
    pub table: String,
    /// How many there are.
    pub records: u64,
    /// The newest of their record times.
    pub newest: Timestamp,
}

/// Compares the newest time that the store gave out with `clock`, and changes nothing.
///
/// # Errors
/// As [`reset_clock`].
pub async fn clock_status(url: &str, clock: &dyn Clock) -> Result<ClockStatus, ConnectError> {
    on_file(url, clock, false).await
}

/// Takes the newest time that the store gave out back to what `clock` tells, when it is more than 5 s
/// ahead of it: the way out after a machine ran with a wrong clock. Gives how it was before; when it was
/// not ahead, nothing was changed. Records keep the record times that they have.
///
/// # Errors
/// As [`connect`](crate::connect), [`ConnectError::NotThere`], and [`ConnectError::NotForBackend`] for
/// backends that keep no such time.
pub async fn reset_clock(url: &str, clock: &dyn Clock) -> Result<ClockStatus, ConnectError> {
    on_file(url, clock, true).await
}

async fn on_file(url: &str, clock: &dyn Clock, reset: bool) -> Result<ClockStatus, ConnectError> {
    #[cfg(not(feature = "sqlite"))]
    let _ = (clock, reset);
    match url.parse()? {
        #[cfg(feature = "memory")]
        StoreUrl::Memory => Err(ConnectError::NotForBackend {
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
        StoreUrl::Sqlite(path) => {
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
