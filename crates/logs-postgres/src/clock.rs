//! Compares the clock of the store with that of the server. Record times and settled times depend
//! on the clock of the store.

use chrono::{DateTime, Utc};
use logs_domain::{Clock, StoreError, StoreResult, Timestamp, WriteOutcome};
use sqlx::postgres::PgConnection;

use crate::error;
use crate::timeouts::{LONGEST_APPEND, SKEW, micros};

const SKEW_MICROS: i64 = micros(SKEW);
const LONGEST_APPEND_MICROS: i64 = micros(LONGEST_APPEND);

/// The difference between a clock and the server's clock, in microseconds.
pub(crate) async fn skew_micros(
    connection: &mut PgConnection,
    clock: &dyn Clock,
) -> StoreResult<i64> {
    let server = sqlx::query_scalar!("SELECT clock_timestamp() AS \"now!\"")
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    Ok((server.timestamp_micros() - clock.now().as_micros()).abs())
}

/// Refuses a clock that tells the time of day and is more than 5 s from the server's.
pub(crate) async fn accept(connection: &mut PgConnection, clock: &dyn Clock) -> StoreResult<()> {
    if !clock.tells_time_of_day() {
        return Ok(());
    }
    let skew = skew_micros(connection, clock).await?;
    if skew > SKEW_MICROS {
        return Err(refused(skew));
    }
    Ok(())
}

/// Refuses an append whose clock is more than 5 s from `server`, the time of the server's clock.
/// Refuses a record time more than 5 s ahead of it, or over a minute old: it may count as settled.
pub(crate) fn accept_stamp(
    clock: &dyn Clock,
    stamp: Timestamp,
    server: DateTime<Utc>,
) -> StoreResult<()> {
    if !clock.tells_time_of_day() {
        return Ok(());
    }
    let server = server.timestamp_micros();
    let skew = (server - clock.now().as_micros()).abs();
    let age = server - stamp.as_micros();
    if skew > SKEW_MICROS {
        return Err(refused(skew));
    }
    if !(-SKEW_MICROS..=LONGEST_APPEND_MICROS).contains(&age) {
        return Err(refused(age.abs()));
    }
    Ok(())
}

fn refused(micros: i64) -> StoreError {
    StoreError::Unavailable {
        reason: format!(
            "the clock of this machine is {} ms from that of the server, more than {} ms: set one of \
             the two right",
            micros / 1_000,
            SKEW_MICROS / 1_000
        ),
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use logs_domain::{Clock, Timestamp};

    use super::{LONGEST_APPEND_MICROS, SKEW_MICROS, accept_stamp};

    #[derive(Debug)]
    struct At(i64, bool);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0).unwrap()
        }

        fn tells_time_of_day(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn a_record_time_is_near_that_of_the_server_or_refused() {
        const SERVER: i64 = 1_700_000_000_000_000;
        let server: DateTime<Utc> = DateTime::from_timestamp_micros(SERVER).unwrap();
        let accepted = |clock: i64, stamp: i64| {
            let stamp = Timestamp::from_micros(SERVER + stamp).unwrap();
            accept_stamp(&At(SERVER + clock, true), stamp, server).is_ok()
        };
        assert!(accepted(0, 0));
        assert!(accepted(SKEW_MICROS, SKEW_MICROS));
        assert!(accepted(-SKEW_MICROS, -LONGEST_APPEND_MICROS));
        assert!(!accepted(SKEW_MICROS + 1, 0));
        assert!(!accepted(-SKEW_MICROS - 1, 0));
        assert!(!accepted(0, SKEW_MICROS + 1), "an earlier, wrong time");
        assert!(
            !accepted(0, -LONGEST_APPEND_MICROS - 1),
            "it may be settled"
        );
        let stamp = Timestamp::from_micros(0).unwrap();
        assert!(accept_stamp(&At(0, false), stamp, server).is_ok(), "a test");
    }
}
