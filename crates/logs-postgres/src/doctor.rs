//! The checks of `logs doctor`.

mod deep;
mod definitions;
mod pooler;
mod rights;

use logs_domain::{StoreError, StoreResult};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::timeouts::{SKEW, micros};
use crate::{PostgresStore, clock, error, migrations, schema, session};

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The name of the check.
    pub name: &'static str,
    /// Whether the check passed.
    pub passed: bool,
    /// The finding, for people.
    pub found: String,
}

impl PostgresStore {
    /// Checks the database for the role of the connection, which should be the role of the
    /// application. It changes nothing. It compares times with `clock`.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn doctor(url: &str, clock: &dyn logs_domain::Clock) -> StoreResult<Vec<Check>> {
        let settings = session::parse(url)?;
        let pooler = pooler::check(&settings).await?;
        if !pooler.passed {
            // Through such a pooler, an answer may belong to another client.
            return Ok(vec![pooler]);
        }
        let mut connection = session::administer(url).await?;
        let mut checks = vec![pooler];
        let schema = match migrations::current(&mut connection).await {
            Err(StoreError::SchemaMismatch { found, .. }) => Err(found),
            schema => Ok(schema?),
        };
        checks.push(Check {
            name: "schema",
            passed: schema.as_ref().is_ok_and(schema::Schema::serves),
            found: schema.as_ref().map_or_else(Clone::clone, told),
        });
        for (name, sql) in CHECKS {
            checks.push(check(&mut connection, name, sql).await?);
        }
        let apart = clock::skew_micros(&mut connection, clock).await?;
        checks.push(Check {
            name: "clock",
            passed: apart <= micros(SKEW),
            found: format!("{} ms from the clock of the server", apart / 1_000),
        });
        if let Ok(schema) = schema
            && schema.serves()
        {
            if schema.version == schema::known() {
                checks.extend(definitions::check(&mut connection).await?);
            } else {
                checks.push(definitions::newer());
            }
            for (name, sql) in SCHEMA_CHECKS {
                checks.push(check(&mut connection, name, sql).await?);
            }
            checks.push(retention(&mut connection).await?);
        }
        connection.close().await.map_err(error::read)?;
        Ok(checks)
    }
}

fn told(schema: &schema::Schema) -> String {
    let known = schema::known();
    let works = match (schema.version > known, schema.serves()) {
        (false, _) => "",
        (true, true) => ", and works with it",
        (true, false) => ", and does not work with it",
    };
    format!(
        "version {}, this program knows {known}{works}",
        schema.version
    )
}

/// The time from which records are kept. Earlier records are not missing.
async fn retention(connection: &mut PgConnection) -> StoreResult<Check> {
    let (passed, found) = match migrations::kept_from(connection).await {
        Ok(None) => (true, "every record is kept".to_owned()),
        Ok(Some(time)) => (true, format!("records are kept from {time} on")),
        Err(StoreError::SchemaMismatch { found, .. }) => (false, found),
        Err(error @ StoreError::Backend { .. }) => (false, error.to_string()),
        Err(error) => return Err(error),
    };
    Ok(Check {
        name: "retention",
        passed,
        found,
    })
}

async fn check(
    connection: &mut PgConnection,
    name: &'static str,
    sql: &'static str,
) -> StoreResult<Check> {
    let (passed, found): (bool, String) = sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(error::read)?;
    Ok(Check {
        name,
        passed,
        found,
    })
}

/// The checks of any database.
const CHECKS: &[(&str, &str)] = &[
    (
        "server",
        "SELECT current_setting('server_version_num')::integer >= 150000, \
         'PostgreSQL ' || current_setting('server_version')",
    ),
    (
        "encoding",
        "SELECT current_setting('server_encoding') = 'UTF8', current_setting('server_encoding')",
    ),
    (
        "durability",
        "SELECT bool_and(setting <> 'off'), \
         string_agg(name || ' ' || setting, ', ' ORDER BY name) || CASE \
             current_setting('synchronous_standby_names') WHEN '' THEN ', no standby waited for' \
             ELSE ', standbys waited for' END FROM pg_settings \
         WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')",
    ),
    (
        "prepared transactions",
        "SELECT COUNT(*) = 0, COUNT(*) || ' left open' FROM pg_prepared_xacts \
         WHERE database = current_database()",
    ),
];

/// The checks of a database with the schema.
const SCHEMA_CHECKS: &[(&str, &str)] = &[
    ("role", rights::ROLE),
    ("owner", rights::OWNER),
    (
        // Keys compare as bytes, whatever the collation of other text. So another version of the
        // collation library is only a note.
        "collations",
        "SELECT true, 'the database has ' || datcollate || CASE \
             WHEN datcollversion IS NOT DISTINCT FROM pg_database_collation_actual_version(oid) \
                 THEN '' ELSE ' of version ' || COALESCE(datcollversion, 'none') \
                 || ', and the library is of version ' \
                 || COALESCE(pg_database_collation_actual_version(oid), 'none') END \
         FROM pg_database WHERE datname = current_database()",
    ),
    ("partitions", include_str!("doctor/partitions.sql")),
    (
        // Without the right, the deadlines of appends suffice, except for a commit that waits for a
        // standby.
        "settled",
        "SELECT seen OR NOT waits, CASE WHEN seen THEN 'appends of every role of an application \
             are seen' ELSE 'appends of other roles are not seen: GRANT pg_read_all_stats TO \
             logs_owner' || CASE WHEN waits THEN ', for commits wait for standbys' ELSE '' END END \
         FROM (SELECT pg_has_role('logs_owner', 'pg_read_all_stats', 'USAGE') AS seen, \
             current_setting('synchronous_standby_names') <> '' AS waits) AS appends",
    ),
];
