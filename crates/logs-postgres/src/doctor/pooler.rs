//! Whether something between this program and the server hands its sessions round, as pgbouncer does
//! in its transaction mode.

use logs_domain::StoreResult;
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;

use super::Check;
use crate::session::{self, Access, Kind};
use crate::timeouts::APPEND_STATEMENT;

/// Looks at a session that is opened as the store opens its own.
pub(super) async fn check(settings: &PgConnectOptions) -> StoreResult<Check> {
    let settings = session::settings(settings.clone(), Access::ReadWrite, APPEND_STATEMENT);
    let mut session = session::open(&settings).await?;
    let kind = session.kind().await?;
    // Whether it is told that the session ends makes no difference to anyone.
    let _ = session.connection.close().await;
    let found = match kind {
        Kind::Own => "sessions are this program's own",
        Kind::Kept => "a pooler hands sessions round, and keeps settings and statements",
        Kind::Refused(reason) => reason,
    };
    Ok(Check {
        name: "pooler",
        passed: !matches!(kind, Kind::Refused(_)),
        found: found.to_owned(),
    })
}
