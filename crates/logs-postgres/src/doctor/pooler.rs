//! Detects a pooler that shares sessions, such as pgbouncer in transaction mode.

use logs_domain::StoreResult;
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;

use super::Check;
use crate::session::{self, Access, Kind};
use crate::timeouts::APPEND_STATEMENT;

/// Checks a session that is opened as the store opens its own.
pub(super) async fn check(settings: &PgConnectOptions) -> StoreResult<Check> {
    let settings = session::settings(settings.clone(), Access::ReadWrite, APPEND_STATEMENT);
    let mut session = session::open(&settings).await?;
    let kind = session.kind().await?;
    // The result of closing the session does not matter.
    let _ = session.connection.close().await;
    let found = match kind {
        Kind::Own => "each session belongs to this program",
        Kind::Kept => "a pooler shares sessions, and keeps settings and prepared statements",
        Kind::Refused(reason) => reason,
    };
    Ok(Check {
        name: "pooler",
        passed: !matches!(kind, Kind::Refused(_)),
        found: found.to_owned(),
    })
}
