//! The schema: applied once whoever races, guarded against each role, and complete.

use logs_domain::{LogsReader, LogsWriter, OnConflict, RunId, StoreError};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Durability, Server};

use crate::records::{as_superuser, at, batch, tenant, volatile};
use crate::support;

async fn sqlstate(connection: &mut PgConnection, sql: String) -> String {
    let ran = sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await;
    let error = ran.expect_err(&sql);
    let error = error.as_database_error().expect("an error of the server");
    error.code().unwrap_or_default().into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrators_at_once_apply_each_step_once() {
    let server = Server::start(Durability::Off).unwrap();
    let database = server.empty().unwrap();
    let url = database.url();
    let before = PostgresStore::schema_status(&url).await.unwrap();
    assert_eq!(
        (before.current, before.pending.len() as u64),
        (0, before.known)
    );
    let early = PostgresStore::connect(&url, volatile()).await;
    assert!(matches!(early, Err(StoreError::SchemaMismatch { .. })));

    let migrators: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { PostgresStore::migrate(&url).await.unwrap() })
        })
        .collect();
    let mut applied = Vec::new();
    for migrator in migrators {
        applied.extend(migrator.await.unwrap());
    }
    assert_eq!(applied, before.pending, "each step once, in order");
    assert!(PostgresStore::migrate(&url).await.unwrap().is_empty());
    assert!(
        PostgresStore::schema_status(&url)
            .await
            .unwrap()
            .pending
            .is_empty()
    );
}

#[tokio::test]
async fn a_migration_that_is_interrupted_leaves_nothing_of_its_step() {
    let server = Server::start(Durability::Off).unwrap();
    let database = server.empty().unwrap();
    // The second step finds a table of this name, and fails in the middle.
    let mut connection = as_superuser(&database).await;
    let blocked = "CREATE SCHEMA logs; CREATE TABLE logs.trace (x integer)";
    sqlx::raw_sql(blocked)
        .execute(&mut connection)
        .await
        .unwrap();
    let failed = PostgresStore::migrate(&database.url()).await.unwrap_err();
    assert!(
        failed
            .to_string()
            .contains("migration 0001_roles was refused"),
        "{failed}"
    );
    sqlx::raw_sql("DROP SCHEMA logs CASCADE")
        .execute(&mut connection)
        .await
        .unwrap();
    let applied = PostgresStore::migrate(&database.url()).await.unwrap();
    assert_eq!(
        applied.len() as u64,
        PostgresStore::schema_status(&database.url())
            .await
            .unwrap()
            .known
    );
}

#[tokio::test]
async fn a_role_that_owns_the_database_and_creates_roles_may_migrate() {
    let server = Server::start(Durability::Off).unwrap();
    let database = server.empty().unwrap();
    let mut superuser = as_superuser(&database).await;
    let name = database.name();
    let make = format!(
        "CREATE ROLE {name}_migrator LOGIN CREATEROLE; \
         ALTER DATABASE {name} OWNER TO {name}_migrator"
    );
    sqlx::raw_sql(AssertSqlSafe(make))
        .execute(&mut superuser)
        .await
        .unwrap();
    let url = database.url_as(&format!("{name}_migrator"));
    let applied = PostgresStore::migrate(&url).await.unwrap();
    let status = PostgresStore::schema_status(&url).await.unwrap();
    assert_eq!(applied.len() as u64, status.known);
}

#[tokio::test]
async fn nobody_changes_or_removes_records() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let application = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&application, at("2025-06-15T00:00:00Z"))
        .await
        .unwrap();
    store
        .append(&tenant(), &batch("r"), OnConflict::RejectCall)
        .await
        .unwrap();

    let mut superuser = as_superuser(&database).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT oid::regclass::text FROM pg_class \
         WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
             AND relname NOT IN ('schema_migration', 'retention_floor')",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    assert!(tables.len() >= 9 + 8 * 3, "{tables:?}");
    let mut user = PgConnection::connect(&application).await.unwrap();
    // Replication turns ordinary triggers off.
    sqlx::raw_sql("SET session_replication_role = replica")
        .execute(&mut superuser)
        .await
        .unwrap();
    for table in &tables {
        for statement in [
            "UPDATE % SET tenant_id = tenant_id",
            "DELETE FROM %",
            "TRUNCATE %",
        ] {
            let sql = statement.replace('%', table);
            assert_eq!(
                sqlstate(&mut superuser, sql.clone()).await,
                "LG001",
                "{sql}"
            );
            assert_eq!(sqlstate(&mut user, sql.clone()).await, "42501", "{sql}");
        }
        let partition = table.contains("_0_");
        if partition {
            let read = format!("SELECT * FROM {table}");
            assert_eq!(
                sqlstate(&mut user, read).await,
                "42501",
                "partitions are not for reading"
            );
        }
    }
    for sql in [
        "DROP TABLE logs.trace",
        "ALTER TABLE logs.trace DISABLE TRIGGER append_only",
        "SELECT logs.make_partitions('2025-06-01', 1)",
        "SELECT logs.months_before(0::smallint, now())",
        "SELECT logs.drop_months_before(0::smallint, now(), 1)",
        "INSERT INTO logs.retention_floor VALUES (0, now())",
        "INSERT INTO logs.schema_migration VALUES (99, 'x', now(), 1)",
        "SELECT logs.guard('logs.trace')",
        "CREATE TABLE logs.mine (x integer)",
        "SET ROLE logs_owner",
    ] {
        assert_eq!(sqlstate(&mut user, sql.to_owned()).await, "42501", "{sql}");
    }
    assert!(
        store
            .get_llm_run(&tenant(), &RunId::new("r").unwrap())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn every_table_keeps_the_rules_of_the_schema() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let mut connection = as_superuser(&database).await;
    let rules = [
        (
            "tenant_id is the first column of every index of records",
            "SELECT indexrelid::regclass::text FROM pg_index \
             JOIN pg_class ON pg_class.oid = indrelid \
             JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] \
             WHERE relnamespace = 'logs'::regnamespace AND attname <> 'tenant_id' \
                 AND relname NOT IN ('schema_migration', 'retention_floor')",
        ),
        (
            "what identifies a record is not null",
            "SELECT attrelid::regclass || '.' || attname FROM pg_attribute \
             JOIN pg_class ON pg_class.oid = attrelid \
             WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
                 AND attname IN ('tenant_id', 'class', 'created_at', 'id', 'digest', 'kind') \
                 AND NOT attnotnull",
        ),
        (
            "text compares as bytes",
            "SELECT attrelid::regclass || '.' || attname FROM pg_attribute \
             JOIN pg_class ON pg_class.oid = attrelid \
             WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
                 AND relname <> 'schema_migration' AND attnum > 0 \
                 AND atttypid = 'text'::regtype AND attcollation <> '\"C\"'::regcollation",
        ),
        (
            "every table has a tenant",
            "SELECT oid::regclass::text FROM pg_class \
             WHERE relnamespace = 'logs'::regnamespace AND relkind IN ('r', 'p') \
                 AND relname NOT IN ('schema_migration', 'retention_floor') \
                 AND NOT EXISTS (SELECT FROM pg_attribute \
                     WHERE attrelid = pg_class.oid AND attname = 'tenant_id')",
        ),
        (
            "everything belongs to the owner",
            "SELECT oid::regclass::text FROM pg_class \
             WHERE relnamespace = 'logs'::regnamespace \
                 AND relowner <> 'logs_owner'::regrole",
        ),
        (
            "the application may insert and read, reports read their views, nothing else",
            "SELECT grantee || ' ' || privilege_type || ' ' || table_name \
             FROM information_schema.table_privileges WHERE table_schema = 'logs' \
                 AND grantee <> 'logs_owner' AND NOT (grantee = 'logs_application' \
                     AND privilege_type IN ('SELECT', 'INSERT')) \
                 AND NOT (grantee = 'logs_reporting' AND privilege_type = 'SELECT' \
                     AND table_name LIKE 'reporting\\_%')",
        ),
        (
            "nobody logs in as the owner, and no role is more than it says",
            "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'logs\\_%' \
                 AND rolname NOT LIKE 'logs\\_test\\_%' AND (rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication \
                     OR (rolcanlogin AND rolname = 'logs_owner'))",
        ),
    ];
    for (rule, breaches) in rules {
        let found: Vec<String> = sqlx::query_scalar(breaches)
            .fetch_all(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert!(found.is_empty(), "{rule}: {found:?}");
    }
}
