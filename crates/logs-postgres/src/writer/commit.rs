//! The end of an append: what is acknowledged is in the log of the server, and of its synchronous
//! standbys where it waits for any.

use std::pin::pin;

use futures_util::TryStreamExt;
use logs_domain::{StoreError, WriteOutcome};
use sqlx::Either;
use tokio::time::Instant;

use super::warning;
use crate::error::{self, Failure};
use crate::open::APPEND_TIMEOUT;
use crate::pool::Lane;

/// Ends a transaction that wrote something.
pub(super) async fn written(lane: &mut Lane) -> Result<(), Failure> {
    const COMMIT: &str = "SELECT WHERE current_setting('synchronous_standby_names') <> ''; COMMIT";
    commit(lane, COMMIT).await
}

/// Ends a transaction that found everything stored already. What it found may be the commit of an
/// earlier try that no synchronous standby has confirmed: where there are such standbys, a message
/// to nobody goes through the log, so that this commit waits for all before it. Elsewhere nothing is
/// written.
pub(super) async fn unchanged(lane: &mut Lane) -> Result<(), Failure> {
    const CONFIRM: &str = "SELECT pg_logical_emit_message(true, 'logs', '') \
         WHERE current_setting('synchronous_standby_names') <> ''; COMMIT";
    commit(lane, CONFIRM).await
}

/// Commits by a statement that answers with a row where the server waits for a standby. It waits
/// without end, and gives up when its operator ends the wait, telling so in a warning alone: the
/// commit is there, and may be lost with the server.
async fn commit(lane: &mut Lane, sql: &'static str) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut answers = pin!(sqlx::raw_sql(sql).fetch_many(lane.connection()));
    let first = answers.try_next().await.map_err(error::commit)?;
    // Where nothing is waited for, nobody needs to listen.
    let listens = matches!(first, Some(Either::Right(_))) && warning::are_heard();
    let rest = async {
        while answers.try_next().await?.is_some() {}
        Ok(())
    };
    let (committed, warned) = if listens {
        warning::heard(rest).await
    } else {
        (rest.await, false)
    };
    committed.map_err(error::commit)?;
    // A wait that took long counts as one that was ended, where nobody listened.
    if warned || (!listens && begun.elapsed() >= APPEND_TIMEOUT) {
        return Err(unconfirmed().into());
    }
    Ok(())
}

fn unconfirmed() -> StoreError {
    StoreError::Unavailable {
        reason: "the wait for a synchronous standby was ended before it confirmed".to_owned(),
        write_outcome: WriteOutcome::Unknown,
        source: None,
    }
}
