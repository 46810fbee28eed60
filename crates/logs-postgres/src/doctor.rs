//! What an operator wants to know about a store.

mod deep;
mod pooler;
mod rights;

use logs_domain::StoreResult;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use crate::clock::SKEW_MICROS;
use crate::{PostgresStore, clock, error, migrations, open};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// Whether the store can keep its promises as far as this goes.
    pub passed: bool,
    /// What was found, for people.
    pub found: String,
}

impl PostgresStore {
    /// Looks at the database, changes nothing and says what was found, for the role that connects:
    /// look as the role of the application. Times are compared with those of `clock`.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn doctor(url: &str, clock: &dyn logs_domain::Clock) -> StoreResult<Vec<Check>> {
        let settings = open::parse(url)?;
        let pooler = pooler::check(&settings).await?;
        if !pooler.passed {
            // What is read through it may be the answer to somebody else.
            return Ok(vec![pooler]);
        }
        let mut connection = open::connect(&settings).await?;
        let schema = migrations::current(&mut connection).await?;
        let mut checks = vec![pooler];
        checks.push(Check {
            name: "schema",
            passed: schema.serves(),
            found: told(schema),
        });
        for (name, sql) in CHECKS {
            checks.push(check(&mut connection, name, sql).await?);
        }
        let apart = clock::skew_micros(&mut connection, clock).await?;
        checks.push(Check {
            name: "clock",
            passed: apart <= SKEW_MICROS,
            found: format!("{} ms from the clock of the server", apart / 1_000),
        });
        if schema.serves() {
            for (name, sql) in SCHEMA_CHECKS {
                checks.push(check(&mut connection, name, sql).await?);
            }
        }
        connection.close().await.map_err(error::read)?;
        Ok(checks)
    }
}

fn told(schema: migrations::Schema) -> String {
    let known = migrations::known();
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

/// What is looked at on any database: whether it is right, and what it is.
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

/// What is looked at where the schema is.
const SCHEMA_CHECKS: &[(&str, &str)] = &[
    ("role", rights::ROLE),
    ("grants", rights::GRANTS),
    (
        // The trigger that the schema made: before each UPDATE, DELETE and TRUNCATE, as a statement.
        "append-only",
        "SELECT COUNT(*) = 0, COUNT(*) || ' tables of records without their trigger' \
         FROM pg_class WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
             AND relname NOT IN ('schema_migration', 'retention_floor') \
             AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid \
                 AND tgname = 'append_only' AND tgenabled = 'A' AND tgtype = 2 + 8 + 16 + 32 \
                 AND tgqual IS NULL AND tgattr = '' \
                 AND tgfoid = 'logs.refuse_change()'::regprocedure)",
    ),
    (
        // Keys compare as bytes whatever the database does with other text: that another version of
        // the library sorts otherwise now is told, and breaks nothing here.
        "collations",
        "SELECT COUNT(relname) = 0, CASE COUNT(relname) WHEN 0 THEN 'text of records compares as \
             bytes' ELSE 'not as bytes: ' || string_agg(relname || '.' || attname, ', ' \
             ORDER BY relname, attname) END || '; the database has ' || datcollate || CASE \
             WHEN datcollversion IS NOT DISTINCT FROM pg_database_collation_actual_version(own.oid) \
                 THEN '' ELSE ' of version ' || COALESCE(datcollversion, 'none') \
                 || ', and the library is of version ' \
                 || COALESCE(pg_database_collation_actual_version(own.oid), 'none') END \
         FROM pg_database AS own LEFT JOIN (SELECT relname, attname FROM pg_attribute \
             JOIN pg_class ON pg_class.oid = attrelid \
             WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 \
                 AND relname <> 'schema_migration' AND NOT attisdropped AND attcollation <> 0 \
                 AND attcollation <> '\"C\"'::regcollation) AS text ON true \
         WHERE datname = current_database() GROUP BY own.oid, datcollate, datcollversion",
    ),
    (
        "indexes",
        "SELECT COUNT(*) = 0, COUNT(*) || ' of them invalid' FROM pg_index \
         JOIN pg_class ON pg_class.oid = indrelid \
         WHERE relnamespace = 'logs'::regnamespace AND NOT indisvalid",
    ),
    (
        "partitions",
        "SELECT COUNT(*) = COUNT(made.oid), COUNT(made.oid) || ' of ' || COUNT(*) \
             || ' for this month and the next' \
         FROM pg_class AS parent CROSS JOIN generate_series(0, 1) AS ahead \
         LEFT JOIN pg_class AS made ON made.relnamespace = parent.relnamespace \
             AND made.relkind = 'r' AND made.relispartition AND made.relname = parent.relname \
             || '_0_' || to_char(now() AT TIME ZONE 'UTC' + ahead * interval '1 month', 'YYYYMM') \
         WHERE parent.relnamespace = 'logs'::regnamespace AND parent.relkind = 'p'",
    ),
    (
        // Without the right the deadlines of appends do, but for a commit that waits for a standby.
        "settled",
        "SELECT seen OR NOT waits, CASE WHEN seen THEN 'appends of every role of an application \
             are seen' ELSE 'appends of other roles are not seen: GRANT pg_read_all_stats TO \
             logs_owner' || CASE WHEN waits THEN ', for commits wait for standbys' ELSE '' END END \
         FROM (SELECT pg_has_role('logs_owner', 'pg_read_all_stats', 'USAGE') AS seen, \
             current_setting('synchronous_standby_names') <> '' AS waits) AS appends",
    ),
];
