//! Databases with the schema, for the tests of this crate.

use sqlx::{Connection, PgConnection};
use test_postgres::{Database, Server};

/// A user who may do what an application may, without a password.
pub(crate) const APPLICATION: &str = "logs_test_application";

/// Makes a user, and the partitions for now and for the time that cases of the contract live in:
/// otherwise each copy would make them.
const PREPARE: &str = "DO $$ BEGIN CREATE ROLE logs_test_application LOGIN \
         IN ROLE logs_application; \
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END; $$; \
     SELECT logs.ensure_partitions('2025-06-15'), logs.ensure_partitions(now())";

/// A database with the schema, to be copied.
pub(crate) async fn migrated(
    server: &Server,
) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
    let database = server.empty()?;
    logs_postgres::PostgresStore::migrate(&database.url()).await?;
    let mut connection = PgConnection::connect(&database.url()).await?;
    sqlx::raw_sql(PREPARE).execute(&mut connection).await?;
    connection.close().await?;
    Ok(database)
}
