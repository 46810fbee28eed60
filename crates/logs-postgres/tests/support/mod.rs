//! Databases with the schema, for the tests of this crate.

use sqlx::{Connection, PgConnection};
use test_postgres::{Database, Server};

/// A user who may do what an application may, without a password.
pub(crate) const APPLICATION: &str = "logs_test_application";

const USER: &str = "DO $$ BEGIN CREATE ROLE logs_test_application LOGIN \
         IN ROLE logs_application; \
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END; $$";

/// Makes the partitions of the times that tests live in: that of the cases of the contract, and now,
/// by clocks that may be an hour wrong.
const PARTITIONS: &str = "SELECT logs.make_partitions('2025-06-15', 3), \
     logs.make_partitions((now() - interval '1 hour')::date, 3)";

/// A database with the schema and the partitions of tests, to be copied.
pub(crate) async fn migrated(
    server: &Server,
) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
    let database = installed(server).await?;
    let mut connection = PgConnection::connect(&database.url()).await?;
    sqlx::raw_sql(PARTITIONS).execute(&mut connection).await?;
    connection.close().await?;
    Ok(database)
}

/// A database with the schema as `migrate` leaves it, and a user.
pub(crate) async fn installed(
    server: &Server,
) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
    let database = server.empty()?;
    logs_postgres::PostgresStore::migrate(&database.url()).await?;
    let mut connection = PgConnection::connect(&database.url()).await?;
    sqlx::raw_sql(USER).execute(&mut connection).await?;
    connection.close().await?;
    Ok(database)
}
