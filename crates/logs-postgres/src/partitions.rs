//! Creates the partitions that appends need, for the month of their record time.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::{Datelike, NaiveDate};
use logs_domain::{StoreError, StoreResult, Timestamp, WriteOutcome};
use sqlx::postgres::PgConnection;

use crate::error::Failure;
use crate::{BACKEND, PostgresStore, clock, error};

/// The months with partitions, by their first days.
#[derive(Debug, Default)]
pub(crate) struct Months(Mutex<BTreeSet<NaiveDate>>);

impl Months {
    fn change<T>(&self, change: impl FnOnce(&mut BTreeSet<NaiveDate>) -> T) -> T {
        // Nothing panics while it is held.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Creates the missing partitions of this month, by the clock of the server, and of the next two.
pub(crate) async fn ensure(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!("SELECT logs.ensure_partitions()")
        .fetch_one(connection)
        .await
        .map(drop)
}

/// Creates the missing partitions when a program starts. A full disk is no error here, because
/// reads and repeated appends need no space.
pub(crate) async fn ensure_at_start(connection: &mut PgConnection) -> StoreResult<()> {
    match ensure(connection).await {
        Err(error) if !error::is_disk_full(&error) => Err(error::read(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl PostgresStore {
    /// Ensures that the month of a record time has partitions. The database creates only months
    /// around its own time, so that a program cannot fill it with tables.
    pub(crate) async fn ensure_partitions(&self, time: Timestamp) -> Result<(), Failure> {
        let date = time.to_datetime().date_naive();
        let month = date.with_day(1).unwrap_or(date);
        if self.months.change(|months| months.contains(&month)) {
            return Ok(());
        }
        let mut pooled = self.writers.acquire().await?;
        if !is_there(pooled.connection(), month).await? {
            ensure(pooled.connection())
                .await
                .map_err(error::before_commit)?;
            if !is_there(pooled.connection(), month).await? {
                let accepted = clock::accept(pooled.connection(), &*self.options.clock).await;
                pooled.release();
                return Err(accepted.err().unwrap_or_else(|| missing(month)).into());
            }
        }
        pooled.release();
        self.months.change(|months| months.insert(month));
        Ok(())
    }

    /// Forgets the known partitions, after one was missing.
    pub(crate) fn forget_partitions(&self) {
        self.months.change(BTreeSet::clear);
    }
}

/// Whether every table of records has its partition of a month.
async fn is_there(connection: &mut PgConnection, month: NaiveDate) -> StoreResult<bool> {
    sqlx::query_scalar!(
        "SELECT COUNT(*) = COUNT(made.oid) AS \"complete!\" FROM pg_catalog.pg_class AS parent \
         LEFT JOIN pg_catalog.pg_class AS made ON made.relnamespace = parent.relnamespace \
             AND made.relispartition AND made.relname = parent.relname || '_0_' || $1::text \
         WHERE parent.relnamespace = 'logs'::regnamespace AND parent.relkind = 'p'",
        month.format("%Y%m").to_string(),
    )
    .fetch_one(connection)
    .await
    .map_err(error::read)
}

fn missing(month: NaiveDate) -> StoreError {
    let (named, first) = (month.format("%Y-%m"), month.format("%Y-%m-%d"));
    StoreError::Backend {
        backend: BACKEND,
        message: format!(
            "no partitions for {named}, the month of the record time, which is not about now by the \
             clock of the server: set the clock right, or make them as logs_owner by SELECT \
             logs.make_partitions('{first}', 1)"
        ),
        retryable: false,
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    }
}
