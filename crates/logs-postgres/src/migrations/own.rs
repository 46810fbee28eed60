//! What a migrator reads and writes beside its steps, without running code of others. The migrator
//! may be a superuser, and members of `logs_owner` are not. They may replace functions and put
//! triggers and expressions on tables, which would run with the rights of the migrator. `SET ROLE`
//! does not help, because such code may reset the role.
//!
//! So this module calls no function of the schema. It locks and checks each table before it uses
//! it.

use logs_domain::{StoreError, StoreResult};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Postgres, Transaction};

use crate::schema::Schema;
use crate::{BACKEND, error};

const FOREIGN: &str = include_str!("foreign.sql");
const NOTES: &str = "schema_migration";
const FLOORS: &str = "retention_floor";
/// The tables whose partitions it creates.
const PARTITIONED: [&str; 8] = [
    "llm_run",
    "trace",
    "trace_step",
    "system_record",
    "audit_entry",
    "log_export",
    "log_export_outcome",
    "governance_run",
];

/// Why a step was not applied.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Others put code on the table of applied steps.
    Foreign(String),
    /// The server refused it.
    Server(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Server(error)
    }
}

/// The version of the schema.
pub(crate) async fn current(connection: &mut PgConnection) -> StoreResult<Schema> {
    let mut transaction = connection.begin().await.map_err(error::read)?;
    let lock = "LOCK TABLE ONLY logs.schema_migration IN ACCESS SHARE MODE";
    match sqlx::raw_sql(lock).execute(&mut *transaction).await {
        Err(error) if error::is_undefined(&error) => {
            transaction.rollback().await.map_err(error::read)?;
            return Ok(Schema::default());
        }
        locked => locked.map_err(error::read)?,
    };
    refuse_foreign(&mut transaction, &[NOTES]).await?;
    let found = sqlx::query!(
        "SELECT COALESCE(MAX(version), 0) AS \"version!\", \
             COALESCE(MAX(serves_from), 0) AS \"serves_from!\" FROM ONLY logs.schema_migration"
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(error::read)?;
    transaction.commit().await.map_err(error::read)?;
    let number = |number: i32| u64::from(number.unsigned_abs());
    Ok(Schema {
        version: number(found.version),
        serves_from: number(found.serves_from),
    })
}

/// The time from which records are kept, as text; `None` if all are kept.
pub(crate) async fn kept_from(connection: &mut PgConnection) -> StoreResult<Option<String>> {
    let mut transaction = connection.begin().await.map_err(error::read)?;
    let lock = "LOCK TABLE ONLY logs.retention_floor IN ACCESS SHARE MODE";
    run(&mut transaction, lock).await.map_err(error::read)?;
    refuse_foreign(&mut transaction, &[FLOORS]).await?;
    let found = "SELECT MAX(dropped_before)::text FROM ONLY logs.retention_floor";
    let found = sqlx::query_scalar(found).fetch_one(&mut *transaction).await;
    transaction.commit().await.map_err(error::read)?;
    found.map_err(error::read)
}

/// Records an applied step, as the owner.
pub(super) async fn note(
    transaction: &mut Transaction<'_, Postgres>,
    note: &str,
) -> Result<(), Refusal> {
    let lock = "SET LOCAL ROLE logs_owner; SET LOCAL search_path = pg_catalog, pg_temp; \
         LOCK TABLE ONLY logs.schema_migration IN SHARE ROW EXCLUSIVE MODE";
    run(transaction, lock).await?;
    if let Some(found) = foreign(transaction, &[NOTES]).await? {
        return Err(Refusal::Foreign(found));
    }
    Ok(run(transaction, note).await?)
}

/// Creates the partitions of this month and the next two, as the owner. It runs the text of the
/// function of the schema, not the function.
pub(super) async fn make_partitions(connection: &mut PgConnection) -> StoreResult<()> {
    let mut transaction = connection.begin().await.map_err(error::read)?;
    let tables = PARTITIONED.map(|table| format!("ONLY logs.{table}"));
    let prepare = format!(
        "SET LOCAL ROLE logs_owner; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; \
         SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL lock_timeout = '2s'; \
         SET LOCAL default_table_access_method = 'heap'; \
         LOCK TABLE ONLY logs.retention_floor, {} IN SHARE UPDATE EXCLUSIVE MODE",
        tables.join(", ")
    );
    run(&mut transaction, &prepare).await.map_err(error::read)?;
    refuse_foreign(&mut transaction, &PARTITIONED).await?;
    let made = run(&mut transaction, &body()).await;
    made.map_err(error::read)?;
    transaction.commit().await.map_err(error::read)
}

/// The body of `logs.make_partitions`, with values in the place of its arguments.
fn body() -> String {
    let step = include_str!("../../migrations/0004_partitions.sql");
    let body = step.split("$$").nth(1).unwrap_or_default();
    format!(
        "DO $make$ DECLARE first date := now()::date; months integer := 3; made integer; \
         BEGIN {} END $make$",
        body.trim_end()
    )
}

async fn refuse_foreign(connection: &mut PgConnection, tables: &[&str]) -> StoreResult<()> {
    match foreign(connection, tables).await.map_err(error::read)? {
        None => Ok(()),
        Some(found) => Err(foreign_code(found)),
    }
}

/// The error for a schema with code of others, and where it is.
pub(super) fn foreign_code(found: String) -> StoreError {
    StoreError::SchemaMismatch {
        found,
        expected: format!("{BACKEND} schema without code of others"),
    }
}

async fn foreign(
    connection: &mut PgConnection,
    tables: &[&str],
) -> Result<Option<String>, sqlx::Error> {
    let query = sqlx::query_scalar(FOREIGN).bind(tables);
    query.fetch_one(connection).await
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::{PARTITIONED, body};

    #[test]
    fn the_body_that_makes_partitions_calls_no_function_of_the_schema() {
        let body = body();
        assert!(body.contains("ATTACH PARTITION"), "{body}");
        let triggers = body.replace("EXECUTE FUNCTION logs.refuse_change()", "");
        let calls: Vec<_> = triggers
            .split("logs.")
            .skip(1)
            .filter(|rest| {
                let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                name.starts_with('(') && name.len() != rest.len()
            })
            .collect();
        assert!(calls.is_empty(), "{calls:?}");
        assert_eq!(PARTITIONED.len(), 8);
    }
}
