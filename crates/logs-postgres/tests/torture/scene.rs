//! A durable server, the clients on it, and the oracle: what is stored, beside what was noted.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

use crate::client::{noted, size};
use crate::{runtime, support};

pub(crate) struct Scene {
    // Before the server: a database is dropped while there is one.
    pub(crate) database: Database,
    pub(crate) server: Server,
    folder: tempfile::TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let server = Server::start(Durability::On).unwrap();
        let database = runtime().block_on(support::migrated(&server)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self {
            database,
            server,
            folder,
        }
    }

    /// The URL for clients.
    pub(crate) fn url(&self) -> String {
        self.database.url_as(support::APPLICATION)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a client that ends when its value is dropped.
    pub(crate) fn client(&self, name: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["write", &self.url(), name])
            .arg(self.file(name))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// The ids of the sessions of clients; none while the server is away.
    pub(crate) async fn sessions(&self) -> Vec<i32> {
        let Ok(mut connection) = PgConnection::connect(&self.database.url()).await else {
            return Vec::new();
        };
        let sessions = format!(
            "SELECT pid FROM pg_stat_activity WHERE usename = '{}'",
            support::APPLICATION
        );
        let found = sqlx::query_scalar(AssertSqlSafe(sessions));
        found.fetch_all(&mut connection).await.unwrap_or_default()
    }

    /// What is wrong with what is stored, by the notes of the clients: batches that are acknowledged
    /// and missing, or there in part, and rows that nobody tried.
    pub(crate) async fn problems(&self, names: &[String]) -> Vec<String> {
        let mut connection = PgConnection::connect(&self.database.url()).await.unwrap();
        let stored: Vec<(String, i64)> = sqlx::query_as(
            "SELECT substring(run_id FROM '^(\\S+ \\S+) '), COUNT(*) \
             FROM logs.llm_run JOIN logs.record_key USING (tenant_id, id) \
             WHERE kind = 1 AND record_key.created_at = llm_run.created_at GROUP BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let stored: std::collections::BTreeMap<String, i64> = stored.into_iter().collect();
        let mut problems = Vec::new();
        let mut records = 0;
        for name in names {
            let (tried, acknowledged) = noted(&self.file(name));
            for number in &tried {
                let batch = format!("{name} {number}");
                let count = stored.get(&batch).copied().unwrap_or_default();
                records += count;
                let expected = i64::try_from(size(*number)).unwrap();
                if count != expected && (count != 0 || acknowledged.contains(number)) {
                    problems.push(format!("{batch}: {count} of {expected} records"));
                }
            }
        }
        for table in ["llm_run", "record_key"] {
            let sql = format!("SELECT COUNT(*) FROM logs.{table}");
            let count = sqlx::query_scalar(AssertSqlSafe(sql));
            let count: i64 = count.fetch_one(&mut connection).await.unwrap();
            if count != records {
                problems.push(format!("{table} has {count} rows for {records} records"));
            }
        }
        problems
    }
}
