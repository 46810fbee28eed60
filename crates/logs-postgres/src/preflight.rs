//! Checks at the start whether the server and the role can keep the promises of the store.

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::error;
use crate::session::{self, Kind};

/// The SQL condition that the role may change or remove records of some table. It ignores whether
/// the role may act as the owner.
macro_rules! may_change_records {
    () => {
        "EXISTS (SELECT FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
             AND relkind IN ('r', 'p') \
             AND (has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') \
                 OR has_any_column_privilege(oid, 'UPDATE')))"
    };
}

pub(crate) use may_change_records;

/// The reason for refusing a server that may lose acknowledged records.
pub(crate) const VOLATILE: &str = "the server may lose acknowledged records: fsync, \
     full_page_writes or, perhaps for this role or database alone, synchronous_commit is off";

/// Opens a session that keeps the promises of the store.
///
/// Refuses a server that may lose acknowledged records. Refuses sessions without their settings, as
/// some poolers return them: without timeouts, an append could outlive the minute after which
/// records count as settled. Also refuses sessions that another client shares, if the pooler does
/// not rename prepared statements.
///
/// `durable` says whether the session writes records that must not be lost.
pub(crate) async fn open(settings: &PgConnectOptions, durable: bool) -> StoreResult<PgConnection> {
    let mut session = session::open(settings).await?;
    match session.kind().await? {
        Kind::Own | Kind::Kept => {}
        Kind::Refused(reason) => return refused(reason),
    }
    let mut session = session.connection;
    accept(&mut session, durable).await?;
    Ok(session)
}

async fn accept(session: &mut PgConnection, durable: bool) -> StoreResult<()> {
    if !durable {
        return Ok(());
    }
    let volatile = sqlx::query_scalar!(
        "SELECT 'off' IN (current_setting('fsync'), current_setting('full_page_writes'), \
             current_setting('synchronous_commit')) AS \"volatile!\"",
    )
    .fetch_one(session)
    .await
    .map_err(error::read)?;
    if volatile {
        return refused(VOLATILE);
    }
    Ok(())
}

/// Refuses a role that could change stored records.
pub(crate) async fn accept_role(session: &mut PgConnection) -> StoreResult<()> {
    // A session can reset a role that its login has set. `logs.oldest_append` also counts by the
    // login role.
    let (role, harmless): (String, bool) = sqlx::query_as(concat!(
        "SELECT CASE WHEN pg_has_role('logs_owner', 'MEMBER') THEN current_user \
             ELSE session_user END::text, \
             NOT pg_has_role(session_user, 'logs_owner', 'MEMBER') \
             AND NOT pg_has_role('logs_owner', 'MEMBER') AND NOT ",
        may_change_records!()
    ))
    .fetch_one(session)
    .await
    .map_err(error::read)?;
    if harmless {
        return Ok(());
    }
    refused(&format!(
        "the role {role} may change records, as an owner or a superuser may: connect as a login \
         role that is a member of logs_application and of nothing more"
    ))
}

fn refused<T>(reason: &str) -> StoreResult<T> {
    Err(StoreError::Unavailable {
        reason: reason.to_owned(),
        write_outcome: WriteOutcome::NotApplied,
        source: None,
    })
}
