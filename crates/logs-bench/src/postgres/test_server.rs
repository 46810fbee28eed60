//! A durable server of its own, and databases with the schema.

use logs_postgres::PostgresStore;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use test_postgres::{Database, Durability, Server};

use crate::appends::{Contest, tenant};
use crate::batch::Batch;
use crate::data::Producer;
use crate::meter::Meter;

const SETTINGS: [&str; 6] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "wal_compression",
];
/// How many records are appended to see how much log they make.
const LOGGED: [(usize, &str); 5] = [
    (10_000, " after a checkpoint"),
    (10_000, ""),
    (10_000, ""),
    (1_000, ""),
    (10, ""),
];

/// The server.
pub(super) struct TestServer {
    // Before the server: a database is dropped while there is one.
    template: Database,
    server: Server,
}

/// A database with the schema.
pub(super) struct Schema {
    /// As the application connects.
    pub(super) url: String,
    database: Database,
}

impl TestServer {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let server = Server::start(Durability::On)?;
        let template = server.empty()?;
        PostgresStore::migrate(&template.url()).await?;
        Ok(Self { template, server })
    }

    /// Prints how the server is set and reached.
    pub(super) async fn describe(&self) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.template.url()).await?;
        let mut settings = Vec::new();
        for name in SETTINGS {
            let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                .bind(name)
                .fetch_one(&mut connection)
                .await?;
            settings.push(format!("{name} {value}"));
        }
        let by_socket: bool = sqlx::query_scalar("SELECT inet_client_addr() IS NULL")
            .fetch_one(&mut connection)
            .await?;
        let transport = if by_socket { "a Unix socket" } else { "TCP" };
        println!("\nPostgreSQL by {transport}: {}", settings.join(", "));
        Ok(connection.close().await?)
    }

    /// A new database.
    pub(super) async fn database(&self) -> anyhow::Result<Schema> {
        let database = self.server.copy(&self.template)?;
        let url = database.url_as_member("logs_application")?;
        Ok(Schema { url, database })
    }

    /// A meter that sees the processes of the server.
    pub(super) async fn meter(&self) -> anyhow::Result<Meter> {
        let database = self.server.empty()?;
        let mut connection = PgConnection::connect(&database.url()).await?;
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut connection)
            .await?;
        let meter = Meter::with_server_of(backend.unsigned_abs());
        connection.close().await?;
        Ok(meter)
    }

    /// Prints how much log a new record makes, by each subject.
    pub(super) async fn log_written(&self, contest: &mut Contest<'_>) -> anyhow::Result<()> {
        let database = self.server.empty()?;
        let mut connection = PgConnection::connect(&database.url()).await?;
        let tenant = tenant()?;
        let mut producer = Producer::new(contest.population, u64::MAX);
        // Pages that are first changed after a checkpoint are logged whole: the first append pays
        // for most of them.
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
        for (records, when) in LOGGED {
            let mut written = Vec::new();
            for subject in contest.subjects() {
                let batch = Batch::fresh(&tenant, &mut producer, records)?;
                let before = log_position(&mut connection).await?;
                subject.append(&batch).await?;
                let bytes = log_position(&mut connection).await? - before;
                written.push(format!(
                    "{} {}",
                    subject.name(),
                    bytes / i64::try_from(records)?
                ));
            }
            println!(
                "log, bytes per record, append of {records}{when}: {}",
                written.join(", ")
            );
            contest.note_stored(records);
        }
        Ok(connection.close().await?)
    }
}

async fn log_position(connection: &mut PgConnection) -> anyhow::Result<i64> {
    let position = sqlx::query_scalar("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
    Ok(position.fetch_one(connection).await?)
}

impl Schema {
    /// Runs statements as the owner of everything.
    pub(super) async fn prepare(&self, sql: &'static str) -> anyhow::Result<()> {
        let mut connection = PgConnection::connect(&self.database.url()).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// The number that a statement gives.
    pub(super) async fn count(&self, sql: &'static str) -> anyhow::Result<usize> {
        let mut connection = PgConnection::connect(&self.database.url()).await?;
        let counted: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(usize::try_from(counted)?)
    }

    /// What tables of records and their indexes take on the disk.
    pub(super) async fn bytes(&self) -> anyhow::Result<usize> {
        self.count(
            "SELECT SUM(pg_total_relation_size(pg_class.oid))::bigint FROM pg_class \
             WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('logs', 'baseline')) \
                 AND relkind = 'r'",
        )
        .await
    }
}
