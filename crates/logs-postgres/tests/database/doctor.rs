//! What the doctor says when something is broken by hand, and after it was repaired.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use logs_domain::SystemClock;
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Crash, Database, Durability, Server};

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

/// What is done, what undoes it, and the checks that fail in between, the last of which names it.
type Case = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

const CASES: &[Case] = &[
    (
        "ALTER ROLE logs_test_application SET synchronous_commit = off",
        "ALTER ROLE logs_test_application RESET synchronous_commit",
        &["durability"],
        "synchronous_commit off",
    ),
    (
        "REVOKE INSERT ON logs.audit_entry FROM logs_application",
        "GRANT INSERT ON logs.audit_entry TO logs_application",
        &["role"],
        "may not insert into audit_entry",
    ),
    (
        "REVOKE SELECT ON logs.retention_floor FROM logs_application",
        "GRANT SELECT ON logs.retention_floor TO logs_application",
        &["role"],
        "may not read retention_floor",
    ),
    (
        "REVOKE EXECUTE ON FUNCTION logs.oldest_append FROM logs_application",
        "GRANT EXECUTE ON FUNCTION logs.oldest_append TO logs_application",
        &["role"],
        "may not call oldest_append",
    ),
    (
        "REVOKE EXECUTE ON FUNCTION logs.write_keys FROM logs_application",
        "GRANT EXECUTE ON FUNCTION logs.write_keys TO logs_application",
        &["role"],
        "may not call write_keys",
    ),
    (
        "GRANT UPDATE ON logs.trace TO logs_test_application",
        "REVOKE UPDATE ON logs.trace FROM logs_test_application",
        &["role", "grants"],
        "logs_test_application has UPDATE on trace",
    ),
    (
        "GRANT logs_owner TO logs_test_application",
        "REVOKE logs_owner FROM logs_test_application",
        &["role"],
        "may act as the owner",
    ),
    (
        "GRANT INSERT ON logs.retention_floor TO logs_application",
        "REVOKE INSERT ON logs.retention_floor FROM logs_application",
        &["grants"],
        "logs_application has INSERT on retention_floor",
    ),
    (
        "GRANT INSERT ON logs.schema_migration TO PUBLIC",
        "REVOKE INSERT ON logs.schema_migration FROM PUBLIC",
        &["grants"],
        "PUBLIC has INSERT on schema_migration",
    ),
    (
        "GRANT UPDATE (model) ON logs.llm_run TO logs_reporting",
        "REVOKE UPDATE (model) ON logs.llm_run FROM logs_reporting",
        &["grants"],
        "logs_reporting has UPDATE on llm_run.model",
    ),
    (
        "GRANT CREATE ON SCHEMA logs TO logs_application",
        "REVOKE CREATE ON SCHEMA logs FROM logs_application",
        &["grants"],
        "logs_application has CREATE on schema logs",
    ),
    (
        "GRANT EXECUTE ON FUNCTION logs.drop_months_before TO PUBLIC",
        "REVOKE EXECUTE ON FUNCTION logs.drop_months_before FROM PUBLIC",
        &["grants"],
        "PUBLIC has EXECUTE on drop_months_before",
    ),
    (
        "ALTER TABLE logs.trace OWNER TO logs_reporting",
        "ALTER TABLE logs.trace OWNER TO logs_owner",
        &["grants"],
        "trace belongs to logs_reporting",
    ),
    (
        "ALTER ROLE logs_owner LOGIN",
        "ALTER ROLE logs_owner NOLOGIN",
        &["grants"],
        "logs_owner may log in",
    ),
    (
        "ALTER ROLE logs_test_application CREATEROLE",
        "ALTER ROLE logs_test_application NOCREATEROLE",
        &["grants"],
        "logs_test_application may create roles",
    ),
    (
        "GRANT pg_write_server_files TO logs_test_application",
        "REVOKE pg_write_server_files FROM logs_test_application",
        &["grants"],
        "is a member of pg_write_server_files",
    ),
    (
        "DROP TRIGGER append_only ON logs.trace;; \
         CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logs.trace \
             FOR EACH STATEMENT EXECUTE FUNCTION logs.refuse_change();; \
         ALTER TABLE logs.trace ENABLE ALWAYS TRIGGER append_only",
        "DROP TRIGGER append_only ON logs.trace;; SELECT logs.guard('logs.trace')",
        &["append-only"],
        "1 tables",
    ),
    (
        "ALTER TABLE logs.trace ENABLE TRIGGER append_only",
        "ALTER TABLE logs.trace ENABLE ALWAYS TRIGGER append_only",
        &["append-only"],
        "1 tables",
    ),
    (
        "ALTER TABLE logs.governance_run ADD COLUMN note text",
        "ALTER TABLE logs.governance_run DROP COLUMN note",
        &["collations"],
        "governance_run.note",
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'logs.trace_page'::regclass",
        "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'logs.trace_page'::regclass",
        &["indexes"],
        "1 of them invalid",
    ),
    (
        "REVOKE pg_read_all_stats FROM logs_owner;; \
         ALTER SYSTEM SET synchronous_standby_names = 'ghost';; SELECT pg_reload_conf()",
        "ALTER SYSTEM RESET synchronous_standby_names;; SELECT pg_reload_conf();; \
         GRANT pg_read_all_stats TO logs_owner",
        &["settled"],
        "GRANT pg_read_all_stats TO logs_owner",
    ),
];

#[tokio::test]
async fn the_doctor_names_what_was_broken_and_nothing_after_the_repair() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let well = Found::of(&database).await;
    assert!(well.failed().is_empty(), "{:?}", well.0);
    for (breaks, repairs, checks, names) in CASES {
        execute(&database, breaks).await;
        let found = Found::of(&database).await;
        assert_eq!(found.failed(), *checks, "{breaks}: {:?}", found.0);
        let said = found.said(checks.last().unwrap());
        assert!(said.contains(names), "{breaks}: {said}");
        execute(&database, repairs).await;
        let found = Found::of(&database).await;
        assert!(found.failed().is_empty(), "{repairs}: {:?}", found.0);
    }
}

#[tokio::test]
async fn the_doctor_tells_of_what_breaks_no_promise() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
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
}

#[tokio::test]
async fn the_doctor_finds_another_encoding_and_transactions_that_were_left_prepared() {
    let server = Server::start(Durability::On).unwrap();
    let database = support::migrated(&server).await.unwrap();
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
