//! Whose the session behind a connection is: this connection's own, or one that a pooler hands round.
//!
//! Each connection is opened with a mark of its own, a setting that only the server itself takes. A
//! pooler drops it, or hands out a session that has the mark of another connection.

use std::hash::{BuildHasher, RandomState};

use logs_domain::StoreResult;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Row};

use crate::{error, store};

/// The setting that is the mark.
const MARK: &str = "logs.session";

/// What is behind a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A session of its own, with the settings it was opened with.
    Own,
    /// A session that a pooler hands round, with settings that will do, and that keeps prepared
    /// statements apart.
    Kept,
    /// One that gives wrong answers, or lets transactions live for ever; and why.
    Refused(&'static str),
}

/// A connection and its mark.
#[derive(Debug)]
pub(crate) struct Marked {
    pub(crate) connection: PgConnection,
    mark: String,
}

/// Opens a connection with a mark.
pub(crate) async fn open(settings: &PgConnectOptions) -> StoreResult<Marked> {
    // Keys that are random for each process, and others for each call.
    let mark = format!("s{:016x}", RandomState::new().hash_one(MARK));
    let settings = settings.clone().options([(MARK, &mark)]);
    let connection = store::connect(&settings).await?;
    Ok(Marked { connection, mark })
}

impl Marked {
    /// Looks at what is behind the connection.
    pub(crate) async fn kind(&mut self) -> StoreResult<Kind> {
        let look = format!(
            "SELECT pg_catalog.current_setting('{MARK}', true), \
                 pg_catalog.current_setting('plan_cache_mode') = 'force_generic_plan' \
                 AND '0' NOT IN (pg_catalog.current_setting('idle_in_transaction_session_timeout'), \
                     pg_catalog.current_setting('statement_timeout'), \
                     pg_catalog.current_setting('lock_timeout')) \
                 AND pg_catalog.replace(pg_catalog.current_setting('search_path'), ' ', '') = '{}'",
            store::SEARCH_PATH
        );
        // Without a prepared statement: there may be another one of its name.
        let row = sqlx::raw_sql(AssertSqlSafe(look))
            .fetch_one(&mut self.connection)
            .await
            .map_err(error::read)?;
        let mark: Option<String> = row.try_get(0).map_err(error::read)?;
        let keeps_settings: bool = row.try_get(1).map_err(error::read)?;
        let mark = mark.unwrap_or_default();
        Ok(if !keeps_settings {
            Kind::Refused(
                "the session lacks the settings that it was opened with: connect to the server \
                 itself, not through a pooler that drops them",
            )
        } else if mark == self.mark {
            Kind::Own
        } else if !mark.is_empty() {
            Kind::Refused(
                "the session is that of another connection, which a pooler hands round: connect to \
                 the server itself",
            )
        } else if self.renames_statements().await {
            Kind::Kept
        } else {
            Kind::Refused(
                "a pooler hands sessions round and mixes up prepared statements, as pgbouncer did \
                 before 1.21: connect to the server itself",
            )
        })
    }

    /// Whether a pooler gives prepared statements names of its own. They are numbered from one on each
    /// connection, so that under their own names those of two are mixed up, and give wrong rows.
    async fn renames_statements(&mut self) -> bool {
        // The mark makes it a text that nobody else has.
        let own = format!(
            "SELECT name FROM pg_catalog.pg_prepared_statements \
             WHERE pg_catalog.strpos(statement, '{}') > 0",
            self.mark
        );
        let names = sqlx::query_scalar(AssertSqlSafe(own))
            .fetch_all(&mut self.connection)
            .await;
        // An error is that of a statement which another session has, or has not.
        let names: Vec<String> = names.unwrap_or_default();
        !names.is_empty() && !names.iter().any(|name| name.starts_with("sqlx"))
    }
}
