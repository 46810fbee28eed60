//! The lifecycle of the store.

use logs_domain::{StoreError, StoreInfo, StoreResult, TenantId, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{QueryBuilder, Row};

use crate::execute::{reading, rows};
use crate::timeouts::{LONGEST_APPEND, SKEW, micros};
use crate::{BACKEND, PostgresStore, clock, error, migrations, schema};

pub(crate) async fn info(store: &PostgresStore) -> StoreResult<StoreInfo> {
    if store.readers.is_closed() {
        return Err(StoreError::closed());
    }
    let kept_from = |row: &PgRow| row.try_get::<Option<i64>, _>(0).map_err(error::read);
    let kept_from = rows(store, QueryBuilder::new(KEPT_FROM), 1, kept_from).await?;
    let kept_from = kept_from.into_iter().next().flatten();
    let kept_from = kept_from.map(Timestamp::from_micros).transpose()?;
    Ok(StoreInfo::new(BACKEND, schema::known()).keeping_from(kept_from))
}

pub(crate) async fn ready(store: &PostgresStore) -> StoreResult<()> {
    reading(async {
        let mut pooled = store.readers.acquire().await?;
        migrations::require(pooled.connection()).await?;
        clock::accept(pooled.connection(), &*store.options.clock).await?;
        pooled.release();
        Ok(())
    })
    .await
}

pub(crate) async fn settled_before(store: &PostgresStore, _: &TenantId) -> StoreResult<Timestamp> {
    let is_real = store.options.clock.tells_time_of_day();
    // This takes the time first, so an append that begins later gets a later time.
    let allocated = store.timestamps.allocate(&*store.options.clock);
    if !is_real {
        allocated.commit();
    }
    let oldest = store.timestamps.oldest_in_flight();
    let times = |row: &PgRow| {
        let age = row.try_get::<i64, _>("age").map_err(error::read)?;
        let now = row.try_get::<i64, _>("now").map_err(error::read)?;
        Ok((age, now))
    };
    let times = rows(store, QueryBuilder::new(OLDEST), 1, times).await?;
    let Some((age, server)) = times.into_iter().next() else {
        return error::inconsistent("pg_stat_activity", "xact_start");
    };
    let mut now = allocated.time;
    if is_real {
        let server = Timestamp::from_micros(server)?;
        if now <= server.saturating_add_micros(micros(SKEW)) {
            allocated.commit();
        }
        // If the clock were ahead, it would settle times that correct writers may still use.
        now = now.min(server);
    }
    let margin = age.max(micros(LONGEST_APPEND)) + micros(SKEW);
    let settled = now.saturating_add_micros(-margin);
    Ok(oldest.map_or(settled, |oldest| oldest.min(settled)))
}

pub(crate) async fn close(store: &PostgresStore) -> StoreResult<()> {
    store.writers.close().await;
    store.readers.close().await;
    Ok(())
}

/// The time before which retention dropped records, in microseconds; null if it dropped none.
const KEPT_FROM: &str =
    "SELECT (EXTRACT(EPOCH FROM MAX(dropped_before)) * 1000000)::bigint FROM logs.retention_floor";

/// The age of the oldest transaction that may append records, in microseconds, and the time of the
/// server. It covers all application roles that the owner of the function sees, and always this
/// role. It is an age, so the clocks of server and store need not agree.
const OLDEST: &str = "SELECT GREATEST(logs.oldest_append(), COALESCE(MAX(EXTRACT(EPOCH FROM \
    clock_timestamp() - xact_start) * 1000000), 0)::bigint) AS age, \
    (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint AS now \
    FROM pg_stat_activity WHERE usename = session_user AND datname = current_database()";
