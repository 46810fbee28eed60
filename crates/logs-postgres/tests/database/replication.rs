//! What a subscription applies is refused where it would change records.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};
use test_postgres::{Crash, Database, Durability, Server};

use crate::records::as_superuser;
use crate::support;

async fn execute(connection: &mut PgConnection, sql: &str) {
    for statement in sql.split(";; ") {
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
}

async fn count(connection: &mut PgConnection, sql: &str) -> i64 {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// Waits until a question is answered by one or more.
async fn until(connection: &mut PgConnection, question: &str) {
    while count(connection, question).await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const SLOT: &str = "logs_test_slot";
/// A key, and a run in the partition of its month.
const STORED: &str = "INSERT INTO logs.record_key VALUES \
     ('acme', 1, gen_random_uuid(), 0, now(), decode(repeat('00', 16), 'hex'));; \
     INSERT INTO logs.governance_run VALUES ('acme', 0, now(), gen_random_uuid(), 'r')";

struct Pair {
    publisher: PgConnection,
    subscriber: PgConnection,
}

impl Pair {
    async fn of(from: &Database, to: &Database) -> Self {
        let mut publisher = as_superuser(from).await;
        let mut subscriber = as_superuser(to).await;
        let (_, folder) = from.url().split_once("?host=").map_or_else(
            || (String::new(), String::new()),
            |(url, folder)| (url.to_owned(), folder.to_owned()),
        );
        // A publisher is no store of ours: it may change what it has. Leaves are told by their names.
        let free = "DO $$ DECLARE part regclass; BEGIN \
             FOR part IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'logs'::regnamespace \
                 AND relkind IN ('r', 'p') \
             LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', part); \
                 EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part); END LOOP; END; $$;; \
             CREATE PUBLICATION changes FOR TABLE logs.record_key, logs.governance_run";
        execute(&mut publisher, free).await;
        // Both are on one server: with the slot made by the subscription, it would wait for itself.
        let slot = format!("SELECT pg_create_logical_replication_slot('{SLOT}', 'pgoutput')");
        execute(&mut publisher, &slot).await;
        let subscribe = format!(
            "CREATE SUBSCRIPTION changes CONNECTION 'host={folder} dbname={} user=postgres' \
             PUBLICATION changes WITH (create_slot = false, slot_name = '{SLOT}', copy_data = false)",
            from.name()
        );
        execute(&mut subscriber, &subscribe).await;
        Self {
            publisher,
            subscriber,
        }
    }

    async fn end(mut self) {
        execute(
            &mut self.subscriber,
            "ALTER SUBSCRIPTION changes DISABLE;; \
             ALTER SUBSCRIPTION changes SET (slot_name = NONE);; DROP SUBSCRIPTION changes",
        )
        .await;
        let is_free = format!(
            "SELECT COUNT(*) FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND NOT active"
        );
        until(&mut self.publisher, &is_free).await;
        let slot = format!("SELECT pg_drop_replication_slot('{SLOT}')");
        execute(&mut self.publisher, &slot).await;
    }
}

#[tokio::test]
async fn a_subscription_adds_records_and_changes_and_removes_none() {
    if Server::is_given() {
        // A given server is not ours to start anew, as this setting needs.
        return;
    }
    let server = Server::start(Durability::Off).unwrap();
    let template = support::installed(&server).await.unwrap();
    let from = server.copy(&template).unwrap();
    // For each change a subscriber of its own: one that was refused is tried for ever.
    let changes = [
        (
            "UPDATE logs.record_key SET class = 1",
            "class = 1",
            "record_key",
        ),
        (
            "UPDATE logs.governance_run SET run_id = 's'",
            "run_id = 's'",
            "governance_run",
        ),
        ("DELETE FROM logs.record_key", "true", "record_key"),
        ("DELETE FROM logs.governance_run", "true", "governance_run"),
        ("TRUNCATE logs.record_key", "true", "record_key"),
        ("TRUNCATE logs.governance_run", "true", "governance_run"),
    ];
    let mut subscribers = Vec::new();
    for _ in 0..2 * changes.len() {
        subscribers.push(server.copy(&template).unwrap());
    }
    let mut superuser = as_superuser(&template).await;
    // One worker is started in such an interval.
    let settings = "ALTER SYSTEM SET wal_level = 'logical';; \
         ALTER SYSTEM SET wal_retrieve_retry_interval = '50ms'";
    execute(&mut superuser, settings).await;
    drop(superuser);
    server.crash(Crash::Immediate).unwrap();

    for (place, (change, changed, table)) in changes.iter().enumerate() {
        for guarded in [true, false] {
            let subscriber = &subscribers[2 * place + usize::from(guarded)];
            let mut pair = Pair::of(&from, subscriber).await;
            if !guarded {
                // The control.
                let free = format!(
                    "DO $$ DECLARE part regclass; BEGIN \
                     FOR part IN SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'p') \
                         AND relnamespace = 'logs'::regnamespace AND relname LIKE '{table}%' \
                     LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', part); \
                     END LOOP; END; $$"
                );
                execute(&mut pair.subscriber, &free).await;
            }
            execute(&mut pair.publisher, STORED).await;
            let arrived = format!("SELECT COUNT(*) FROM logs.{table}");
            until(&mut pair.subscriber, &arrived).await;
            execute(&mut pair.publisher, change).await;
            let gone = if *changed == "true" {
                format!("SELECT (COUNT(*) = 0)::integer::bigint FROM logs.{table}")
            } else {
                format!("SELECT COUNT(*) FROM logs.{table} WHERE {changed}")
            };
            if guarded {
                let refused = "SELECT apply_error_count FROM pg_stat_subscription_stats";
                until(&mut pair.subscriber, refused).await;
                assert_eq!(count(&mut pair.subscriber, &gone).await, 0, "{change}");
                let said = server.log().unwrap();
                let (verb, _) = change.split_once(' ').unwrap();
                let table = format!("append-only: logs.{table}");
                let said = said
                    .lines()
                    .any(|line| line.contains(&table) && line.ends_with(&format!("no {verb}")));
                assert!(said, "{change}");
            } else {
                until(&mut pair.subscriber, &gone).await;
            }
            pair.end().await;
            execute(
                &mut as_superuser(&from).await,
                "DROP PUBLICATION changes;; TRUNCATE logs.record_key, logs.governance_run",
            )
            .await;
        }
    }
}

#[tokio::test]
async fn the_triggers_for_rows_cost_inserts_nothing() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::installed(&server).await.unwrap();
    let mut superuser = as_superuser(&database).await;
    let explain = "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) \
         INSERT INTO logs.record_key VALUES \
         ('acme', 1, gen_random_uuid(), 0, now(), decode(repeat('00', 16), 'hex'))";
    let explained: Vec<String> = sqlx::query_scalar(explain)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    let fired = |lines: &[String]| lines.iter().any(|line| line.contains("append_only"));
    assert!(!fired(&explained), "{explained:?}");
    // The control: a trigger that fires is told.
    let told = "CREATE FUNCTION public.let() RETURNS trigger LANGUAGE plpgsql \
         AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER append_only_insert BEFORE INSERT \
         ON logs.record_key FOR EACH ROW EXECUTE FUNCTION public.let()";
    sqlx::raw_sql(told).execute(&mut superuser).await.unwrap();
    let explained: Vec<String> = sqlx::query_scalar(explain)
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    assert!(fired(&explained), "{explained:?}");
}
