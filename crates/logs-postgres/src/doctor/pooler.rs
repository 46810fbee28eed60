//! Whether something between this program and the server hands its sessions round, as pgbouncer does
//! in its transaction mode.

use logs_domain::StoreResult;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::Check;
use crate::open::APPEND_TIMEOUT;
use crate::{Access, error, open, server};

/// Looks for a pooler by two connections at once: on the server itself each has a session of its own.
/// Before version 1.21 pgbouncer mixed up their prepared statements, and gave wrong rows.
pub(super) async fn check(settings: &PgConnectOptions) -> StoreResult<Check> {
    let settings = open::session(settings.clone(), Access::ReadWrite, APPEND_TIMEOUT);
    let mut one = open::connect(&settings).await?;
    let mut other = open::connect(&settings).await?;
    let shared = session(&mut one).await? == session(&mut other).await?;
    let settings_kept = server::keeps_settings(&mut one).await?;
    let passed = settings_kept && (!shared || kept_apart(&mut one, &mut other).await);
    let found = match (shared, settings_kept, passed) {
        (_, false, _) => "something between drops the settings of sessions: connect to the server",
        (true, true, false) => "a pooler mixes up prepared statements: what it answers is wrong",
        (true, true, true) => "a pooler hands sessions round, and keeps their settings",
        (false, true, _) => "sessions are this program's own",
    };
    for connection in [one, other] {
        // Whether it is told that they end makes no difference to anyone.
        let _ = connection.close().await;
    }
    Ok(Check {
        name: "pooler",
        passed,
        found: found.to_owned(),
    })
}

async fn session(connection: &mut PgConnection) -> StoreResult<i32> {
    let pid = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    sqlx::Row::try_get(&pid, 0).map_err(error::read)
}

/// Whether two connections, which give their prepared statements the same names, have their own.
async fn kept_apart(one: &mut PgConnection, other: &mut PgConnection) -> bool {
    let first = ask(one, "SELECT 1").await;
    let second = ask(other, "SELECT 2").await;
    let again = ask(one, "SELECT 1").await;
    [first, second, again] == [Some(1), Some(2), Some(1)]
}

async fn ask(connection: &mut PgConnection, sql: &'static str) -> Option<i32> {
    sqlx::query_scalar(sql).fetch_one(connection).await.ok()
}
