//! The end of an append: what is acknowledged is in the log of the server, and of its synchronous
//! standbys where it waits for any.

use std::pin::pin;

use futures_util::TryStreamExt;
use logs_domain::{StoreError, WriteOutcome};
use sqlx::{Either, Row};
use tokio::time::Instant;

use super::notice;
use crate::error::{self, Failure};
use crate::pool::PooledConnection;
use crate::preflight;
use crate::timeouts::APPEND_STATEMENT;

/// A COMMIT behind a look at the settings that it depends on: they can change while a session lives.
/// There is a row where the server waits for standbys, or may lose what it acknowledged.
macro_rules! commit {
    ($and:literal) => {
        concat!(
            "SELECT waits, is_volatile",
            $and,
            " FROM (SELECT current_setting('synchronous_standby_names') <> '' AS waits, \
                 'off' IN (current_setting('fsync'), current_setting('full_page_writes'), \
                     current_setting('synchronous_commit')) AS is_volatile) AS settings \
             WHERE waits OR is_volatile; COMMIT"
        )
    };
}

/// Ends a transaction that wrote something.
pub(super) async fn written(pooled: &mut PooledConnection) -> Result<(), Failure> {
    commit(pooled, commit!("")).await
}

/// Ends a transaction that found everything stored already. What it found may be the commit of an
/// earlier try that no synchronous standby has confirmed: where there are such standbys, a message
/// to nobody goes through the log, so that this commit waits for all before it. Elsewhere nothing is
/// written.
pub(super) async fn unchanged(pooled: &mut PooledConnection) -> Result<(), Failure> {
    const CONFIRM: &str =
        commit!(", CASE WHEN waits THEN pg_logical_emit_message(true, 'logs', '') END");
    commit(pooled, CONFIRM).await
}

/// Commits. The server waits for a standby without end, and gives up when its operator ends the
/// wait, telling so in a warning alone: the commit is there, and may be lost with the server.
async fn commit(pooled: &mut PooledConnection, sql: &'static str) -> Result<(), Failure> {
    let begun = Instant::now();
    let durable = pooled.is_durable();
    let mut answers = pin!(sqlx::raw_sql(sql).fetch_many(pooled.connection()));
    let (waits, is_volatile) = match answers.try_next().await.map_err(error::commit)? {
        Some(Either::Right(row)) => {
            let setting = |column| row.try_get::<bool, _>(column).map_err(error::commit);
            (setting("waits")?, setting("is_volatile")?)
        }
        Some(Either::Left(_)) | None => (false, false),
    };
    let rest = async {
        while answers.try_next().await?.is_some() {}
        Ok(())
    };
    // Where nothing is waited for, nobody needs to listen.
    let (committed, warned) = if waits {
        notice::capture_warnings(rest).await
    } else {
        (rest.await, false)
    };
    committed.map_err(error::commit)?;
    if durable && is_volatile {
        return Err(unknown(preflight::VOLATILE));
    }
    if warned {
        return Err(unknown(
            "the wait for a synchronous standby was ended before it confirmed",
        ));
    }
    // Without ears a wait that took long counts as one that was ended, and so it does with them: the
    // caller asks again either way.
    if begun.elapsed() >= APPEND_STATEMENT {
        let late = StoreError::Timeout {
            after: APPEND_STATEMENT,
            write_outcome: WriteOutcome::Unknown,
        };
        return Err(late.into());
    }
    Ok(())
}

/// It is committed, and may be lost with the server.
fn unknown(reason: &str) -> Failure {
    let error = StoreError::Unavailable {
        reason: reason.to_owned(),
        write_outcome: WriteOutcome::Unknown,
        source: None,
    };
    error.into()
}
