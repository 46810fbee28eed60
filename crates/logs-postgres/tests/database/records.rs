//! What is stored in the tests, and when.

use std::sync::Arc;

use logs_domain::{
    AppendBatch, Clock, Draft, ExecutionStatus, NewLlmRun, NewTrace, RecordSource, RunId,
    StoreOptions, TenantId, Timestamp, TraceId,
};
use logs_postgres::PostgresOptions;
use sqlx::{Connection, PgConnection};
use test_postgres::Database;

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct At(pub(crate) &'static str);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp::parse_rfc3339(self.0).expect("a time")
    }

    fn tells_time_of_day(&self) -> bool {
        false
    }
}

/// Options for a server that does not wait for its disk.
pub(crate) fn volatile() -> PostgresOptions {
    PostgresOptions::default().accept_volatile_server()
}

pub(crate) fn volatile_with(clock: Arc<dyn Clock>) -> PostgresOptions {
    PostgresOptions::from(StoreOptions::default().clock(clock)).accept_volatile_server()
}

pub(crate) fn at(time: &'static str) -> PostgresOptions {
    volatile_with(Arc::new(At(time)))
}

pub(crate) fn tenant() -> TenantId {
    TenantId::new("acme").expect("a tenant")
}

pub(crate) fn batch(name: &str) -> AppendBatch {
    let run = NewLlmRun::new(
        RunId::new(name).expect("an id"),
        "p".parse().expect("a provider"),
        "m".parse().expect("a model"),
        ExecutionStatus::Succeeded,
        Timestamp::from_micros(0).expect("a time"),
        RecordSource::Api,
    );
    let trace = NewTrace::new(TraceId::new(name).expect("an id"));
    AppendBatch::new(vec![Draft::from(run), trace.into()]).expect("a batch")
}

pub(crate) async fn as_superuser(database: &Database) -> PgConnection {
    PgConnection::connect(&database.url())
        .await
        .expect("a connection")
}

/// Waits until the sessions of the application are gone: what they counted is told then.
pub(crate) async fn alone(connection: &mut PgConnection) {
    loop {
        let others: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
             AND datname = current_database() AND backend_type = 'client backend'",
        )
        .fetch_one(&mut *connection)
        .await
        .expect("the sessions");
        if others == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Gives the planner what it knows of tables in use.
pub(crate) async fn analyzed(superuser: &mut PgConnection) {
    let analyzed = sqlx::raw_sql("VACUUM ANALYZE").execute(superuser).await;
    analyzed.expect("a superuser may");
}
