//! Appends of programs that log in as other roles hold up what counts as settled.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::{Clock, StoreLifecycle, SystemClock};
use logs_postgres::PostgresStore;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::records::{as_superuser, tenant, volatile};
use crate::support;

/// Another role of applications, a member through a group.
const OTHER: &str = "settled_other";
/// A migrator: not a superuser, and no program logs in as it.
const MIGRATOR: &str = "settled_migrator";

const OLDEST: &str = "SELECT logs.oldest_append()";

async fn execute(connection: &mut PgConnection, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

async fn ask(connection: &mut PgConnection, sql: &str) -> i64 {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// A database, on a server of its own, that such a migrator made, with roles of applications.
async fn migrated_by_no_superuser(server: &Server) -> Database {
    let database = server.empty().unwrap();
    let mut superuser = as_superuser(&database).await;
    let name = database.name();
    let roles = format!(
        "CREATE ROLE {MIGRATOR} LOGIN CREATEROLE; \
         ALTER DATABASE {name} OWNER TO {MIGRATOR}"
    );
    execute(&mut superuser, &roles).await;
    PostgresStore::migrate(&database.url_as(MIGRATOR))
        .await
        .unwrap();
    let roles = format!(
        "CREATE ROLE settled_group IN ROLE logs_application; \
         CREATE ROLE {OTHER} LOGIN IN ROLE settled_group; \
         CREATE ROLE {} LOGIN IN ROLE logs_application",
        support::APPLICATION
    );
    execute(&mut superuser, &roles).await;
    database
}

/// Begins to append as a role, and tells how old the transaction is at least.
async fn append_as(
    role: &str,
    database: &Database,
    superuser: &mut PgConnection,
) -> (PgConnection, i64) {
    let mut session = PgConnection::connect(&database.url_as(role)).await.unwrap();
    let insert = "BEGIN; INSERT INTO logs.record_key VALUES \
         ('acme', 1, gen_random_uuid(), 0, now(), decode(repeat('00', 16), 'hex'))";
    execute(&mut session, insert).await;
    let age = format!(
        "SELECT (EXTRACT(EPOCH FROM clock_timestamp() - MAX(xact_start)) * 1000000)::bigint \
         FROM pg_stat_activity WHERE usename = '{role}'"
    );
    let age = ask(superuser, &age).await;
    (session, age)
}

#[tokio::test]
async fn an_append_of_any_role_of_an_application_is_seen() {
    if Server::is_given() {
        // Its roles may have rights of their own.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = migrated_by_no_superuser(&server).await;
    let mut superuser = as_superuser(&database).await;
    // From version 16 on, such a migrator has no right to grant this.
    let as_of_fifteen = "GRANT pg_read_all_stats TO logs_owner";
    execute(&mut superuser, as_of_fifteen).await;
    let url = database.url_as(support::APPLICATION);
    let mut own = PgConnection::connect(&url).await.unwrap();
    // The question is a transaction too, and younger than any before it.
    let (mut session, age) = append_as(OTHER, &database, &mut superuser).await;
    assert!(ask(&mut own, OLDEST).await >= age);
    execute(&mut session, "ROLLBACK").await;

    // What a superuser does, or who may act as the owner, holds up nobody.
    execute(&mut superuser, "BEGIN; SELECT 1").await;
    let url = database.url_as(MIGRATOR);
    let mut migrator = PgConnection::connect(&url).await.unwrap();
    execute(&mut migrator, "BEGIN; SELECT 1").await;
    let alone = "SELECT (logs.oldest_append() <= 1000000 * EXTRACT(EPOCH FROM \
         clock_timestamp() - now()))::integer::bigint";
    assert_eq!(ask(&mut own, alone).await, 1, "the question is the oldest");
    let (_session, _) = append_as(OTHER, &database, &mut as_superuser(&database).await).await;
    assert_eq!(ask(&mut own, alone).await, 0, "it is not");
}

#[tokio::test]
async fn without_the_right_a_program_sees_the_appends_of_its_own_role() {
    if Server::is_given() {
        // Its roles may have rights of their own.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let database = migrated_by_no_superuser(&server).await;
    let mut superuser = as_superuser(&database).await;
    execute(&mut superuser, "REVOKE pg_read_all_stats FROM logs_owner").await;
    let url = database.url_as(support::APPLICATION);
    let mut own = PgConnection::connect(&url).await.unwrap();
    let (_other, _) = append_as(OTHER, &database, &mut superuser).await;
    assert_eq!(ask(&mut own, OLDEST).await, 0);
    let store = PostgresStore::connect(&url, volatile()).await.unwrap();
    store.settled_before(&tenant()).await.unwrap();
}

#[tokio::test]
async fn nothing_is_settled_that_an_open_append_may_still_bring() {
    const HOUR: i64 = 3_600_000_000;
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let store = PostgresStore::connect(&url, volatile()).await.unwrap();
    let ago = async || {
        let settled = store.settled_before(&tenant()).await.unwrap();
        SystemClock.now().as_micros() - settled.as_micros()
    };
    assert!((0..HOUR).contains(&ago().await));
    // Nobody waits for an hour here: the function says that another role has.
    let mut superuser = as_superuser(&database).await;
    let old = format!(
        "CREATE OR REPLACE FUNCTION logs.oldest_append() RETURNS bigint LANGUAGE sql \
         AS 'SELECT {HOUR}'"
    );
    execute(&mut superuser, &old).await;
    assert!(ago().await >= HOUR);
}
