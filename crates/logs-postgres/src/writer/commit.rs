//! The commit of an append. The server acknowledges it after its WAL is on disk, and on its
//! synchronous standbys if it has any.

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

/// A COMMIT after a query of its settings, which can change during a session. The query returns a
/// row if the server waits for standbys, or may lose acknowledged records.
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

/// Commits a transaction that wrote records.
pub(super) async fn written(pooled: &mut PooledConnection) -> Result<(), Failure> {
    commit(pooled, commit!("")).await
}

/// Commits a transaction that found everything stored. An earlier attempt may have committed these
/// records without confirmation by a synchronous standby. If there are such standbys, the
/// transaction writes an empty WAL message, so this commit waits for all earlier ones. Otherwise it
/// writes nothing.
pub(super) async fn unchanged(pooled: &mut PooledConnection) -> Result<(), Failure> {
    const CONFIRM: &str =
        commit!(", CASE WHEN waits THEN pg_logical_emit_message(true, 'logs', '') END");
    commit(pooled, CONFIRM).await
}

/// Commits. The server waits for a standby without limit. If an operator cancels the wait, the
/// server reports it only in a warning. The commit then exists, but a crash of the server can lose
/// it.
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
    // Without a wait for standbys, no warning can come.
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
    // A commit slower than APPEND_STATEMENT counts as unconfirmed, whether or not warnings could be
    // captured. The caller retries either way.
    if begun.elapsed() >= APPEND_STATEMENT {
        let late = StoreError::Timeout {
            after: APPEND_STATEMENT,
            write_outcome: WriteOutcome::Unknown,
        };
        return Err(late.into());
    }
    Ok(())
}

/// The append is committed, and a crash of the server can lose it.
fn unknown(reason: &str) -> Failure {
    let error = StoreError::Unavailable {
        reason: reason.to_owned(),
        write_outcome: WriteOutcome::Unknown,
        source: None,
    };
    error.into()
}
