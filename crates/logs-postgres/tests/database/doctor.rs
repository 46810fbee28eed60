//! What the doctor says when something is broken by hand, and after it was repaired.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod cases;

use logs_domain::SystemClock;
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Crash, Database, Durability, Server};

use self::cases::CASES;
use crate::records::as_superuser;
use crate::support;

async fn execute(database: &Database, sql: &str) {
    let mut superuser = as_superuser(database).await;
    // One by one, since some of them refuse to be in a transaction.
    for statement in sql.split(";; ") {
        let statement = AssertSqlSafe(statement.to_owned());
        let ran = sqlx::raw_sql(statement).execute(&mut superuser).await;
        ran.unwrap();
    }
}

/// What the doctor finds, as a role of an application: the checks that fail, and what a check says.
struct Found(Vec<logs_postgres::Check>);

impl Found {
    async fn of(database: &Database) -> Self {
        let url = database.url_as(support::APPLICATION);
        Self(PostgresStore::doctor(&url, &SystemClock).await.unwrap())
    }

    fn failed(&self) -> Vec<&'static str> {
        let failed = self.0.iter().filter(|check| !check.passed);
        failed.map(|check| check.name).collect()
    }

    fn said(&self, name: &str) -> &str {
        let check = self.0.iter().find(|check| check.name == name);
        &check.unwrap().found
    }
}

#[tokio::test]
async fn the_doctor_names_what_was_broken_and_nothing_after_the_repair() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::installed(&server).await.unwrap();
    let well = Found::of(&database).await;
    assert!(well.failed().is_empty(), "{:?}", well.0);
    for (breaks, repairs, checks, names) in CASES {
        execute(&database, breaks).await;
        let found = Found::of(&database).await;
        assert_eq!(found.failed(), *checks, "{breaks}: {:?}", found.0);
        let said = checks.iter().any(|check| found.said(check).contains(names));
        assert!(said, "{breaks}: {:?}", found.0);
        execute(&database, repairs).await;
        let found = Found::of(&database).await;
        assert!(found.failed().is_empty(), "{repairs}: {:?}", found.0);
    }
}

#[tokio::test]
async fn the_doctor_tells_of_what_breaks_no_promise() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::installed(&server).await.unwrap();
    let well = Found::of(&database).await;
    assert!(!well.said("collations").contains("version"), "{:?}", well.0);
    // The library that sorts text was another one when the database was made.
    let older = format!(
        "UPDATE pg_database SET datcollversion = '0.9' WHERE datname = '{}';; \
         REVOKE pg_read_all_stats FROM logs_owner",
        database.name()
    );
    execute(&database, &older).await;
    let found = Found::of(&database).await;
    assert!(found.failed().is_empty(), "{:?}", found.0);
    assert!(
        found.said("collations").contains("version 0.9"),
        "{:?}",
        found.0
    );
    assert!(found.said("settled").contains("not seen"), "{:?}", found.0);

    // Who applies the schema may act as its owner, where that is who owns the database.
    let name = database.name();
    let member = format!("CREATE ROLE {name}_migrator LOGIN IN ROLE logs_owner");
    execute(&database, &member).await;
    assert_eq!(Found::of(&database).await.failed(), ["owner"]);
    let owner = format!("ALTER DATABASE {name} OWNER TO {name}_migrator");
    execute(&database, &owner).await;
    let found = Found::of(&database).await;
    assert!(found.failed().is_empty(), "{:?}", found.0);
    let said = found.said("owner");
    assert!(said.contains("which owns the database"), "{said}");

    let drop = "SELECT logs.make_partitions((now() - interval '3 months')::date, 3);; \
         SELECT logs.drop_months_before(0::smallint, now() - interval '2 months', 1)";
    execute(&database, drop).await;
    let found = Found::of(&database).await;
    assert!(found.failed().is_empty(), "{:?}", found.0);
    let said = found.said("retention");
    assert!(said.contains("records are kept from 2"), "{said}");
}

#[tokio::test]
async fn the_doctor_finds_another_encoding_and_transactions_that_were_left_prepared() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::installed(&server).await.unwrap();
    let latin = format!("{}_latin", database.name());
    let make = format!("CREATE DATABASE {latin} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    execute(&database, &make).await;
    let url = database.url().replace(database.name(), &latin);
    let checks = PostgresStore::doctor(&url, &SystemClock).await.unwrap();
    let encoding = checks.iter().find(|check| check.name == "encoding");
    let encoding = encoding.unwrap();
    assert!(
        !encoding.passed && encoding.found == "LATIN1",
        "{encoding:?}"
    );
    execute(&database, &format!("DROP DATABASE {latin}")).await;

    if Server::is_given() {
        // A given server is not ours to start anew, as this setting needs.
        return;
    }
    execute(&database, "ALTER SYSTEM SET max_prepared_transactions = 1").await;
    server.crash(Crash::Immediate).unwrap();
    execute(&database, "BEGIN;; PREPARE TRANSACTION 'left'").await;
    let found = Found::of(&database).await;
    assert_eq!(found.failed(), ["prepared transactions"], "{:?}", found.0);
    execute(&database, "ROLLBACK PREPARED 'left'").await;
    assert!(Found::of(&database).await.failed().is_empty());
}
