//! Whether the promises of the store can be kept on a server, as a role: what is asked at start.

use logs_domain::{StoreError, StoreResult, WriteOutcome};
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::error;
use crate::session::{self, Kind};

/// The condition in SQL that the role may change or remove records of some table, not being asked
/// whether it may act as the owner of all of them.
macro_rules! may_change_records {
    () => {
        "EXISTS (SELECT FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
             AND relkind IN ('r', 'p') \
             AND (has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER') \
                 OR has_any_column_privilege(oid, 'UPDATE')))"
    };
}

pub(crate) use may_change_records;

/// Why a server is refused that may lose what it acknowledged.
pub(crate) const VOLATILE: &str = "the server may lose what it acknowledged: fsync, \
     full_page_writes or, perhaps for this role or database alone, synchronous_commit is off";

/// Opens a session that keeps the promises of the store.
///
/// Refused are a server that may lose what it acknowledged, and sessions without their settings, as
/// some poolers hand them out: without timeouts an append could outlive the minute after which
/// records count as settled. So are those that somebody else has too, and whose prepared statements
/// are not kept apart.
///
/// `durable` is whether the session may write what must not be lost.
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

/// Refuses a role that could change what it wrote.
pub(crate) async fn accept_role(session: &mut PgConnection) -> StoreResult<()> {
    // A role that the login put on it may put off again; and what `logs.oldest_append` counts, and what
    // not, goes by the login.
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
