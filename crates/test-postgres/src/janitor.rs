//! The thread that makes and removes databases, so that tests can drop them anywhere.

use std::sync::mpsc::{Receiver, Sender, channel};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::Error;

/// How the names of test databases begin.
const PREFIX: &str = "logs_test_";

/// What the janitor is asked for.
#[derive(Debug)]
pub(crate) enum Task {
    Make {
        name: String,
        template: String,
        answer: Sender<Result<(), Error>>,
    },
    Remove {
        name: String,
        /// Dropped when it is done.
        done: Sender<()>,
    },
    Login {
        name: String,
        role: String,
        answer: Sender<Result<(), Error>>,
    },
}

/// How the names of the databases of this process begin. The janitor's connection bears it as its
/// application name: where there is no such connection, the databases are leftovers.
pub(crate) fn token() -> String {
    format!("{PREFIX}{}", std::process::id())
}

/// Connects to the server at `url`, removes leftovers of processes that are gone, and starts the
/// thread. It ends when nobody can send to it any more.
pub(crate) fn start(url: &str) -> Result<Sender<Task>, Error> {
    let options: PgConnectOptions = url.parse()?;
    let options = options
        .application_name(&token())
        .disable_statement_logging();
    let (tasks, received) = channel();
    let (answer, answered) = channel();
    std::thread::spawn(move || {
        let runtime = sqlx_runtime();
        let Ok(runtime) = runtime else {
            return;
        };
        let connected = runtime.block_on(async {
            let mut connection = options.connect().await?;
            sweep(&mut connection).await?;
            Ok::<_, sqlx::Error>(connection)
        });
        match connected {
            Ok(mut connection) => {
                if answer.send(Ok(())).is_ok() {
                    runtime.block_on(serve(&mut connection, &received));
                }
                // The server may be gone already.
                let _ = runtime.block_on(connection.close());
            }
            // Nobody waits when the caller is gone.
            Err(error) => drop(answer.send(Err(Error::Refused(error)))),
        }
    });
    answered.recv().map_err(|_| Error::Ended)??;
    Ok(tasks)
}

fn sqlx_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

async fn serve(connection: &mut PgConnection, tasks: &Receiver<Task>) {
    while let Ok(task) = tasks.recv() {
        match task {
            Task::Make {
                name,
                template,
                answer,
            } => {
                // Half the time of the other strategy, for a small template with many tables.
                let sql = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
                let made = run(connection, sql).await.map_err(Error::Refused);
                // Nobody waits when the caller is gone.
                let _ = answer.send(made);
            }
            Task::Login { name, role, answer } => {
                let made = run(connection, login(&name, &role)).await;
                // Nobody waits when the caller is gone.
                let _ = answer.send(made.map_err(Error::Refused));
            }
            Task::Remove { name, done } => {
                // What cannot be removed now is a leftover for the next start.
                let _ = remove(connection, &name).await;
                drop(done);
            }
        }
    }
}

/// Makes a login role that is a member of another role, where it is missing: another process may
/// be making it too.
fn login(name: &str, role: &str) -> String {
    format!(
        "DO $$ BEGIN CREATE ROLE {name} LOGIN IN ROLE {role}; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END; $$"
    )
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await?;
    Ok(())
}

async fn remove(connection: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let dropping = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    run(connection, dropping).await?;
    remove_roles(connection).await
}

/// Removes the roles of test databases that are gone: those whose names begin with that of one.
async fn remove_roles(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let leftovers: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles WHERE rolname ~ '^logs_test_[0-9]+_[0-9]+_' \
         AND NOT EXISTS (SELECT FROM pg_database WHERE starts_with(rolname, datname || '_'))",
    )
    .fetch_all(&mut *connection)
    .await?;
    for name in leftovers {
        // Another process may be removing it too.
        let _ = run(connection, format!("DROP ROLE IF EXISTS {name}")).await;
    }
    Ok(())
}

/// Removes databases of test processes that are gone.
async fn sweep(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let leftovers: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database \
         WHERE datname LIKE 'logs\\_test\\_%' AND NOT EXISTS ( \
             SELECT FROM pg_stat_activity \
             WHERE application_name = regexp_replace(pg_database.datname, '_[0-9]+$', ''))",
    )
    .fetch_all(&mut *connection)
    .await?;
    for name in leftovers {
        // Another process may be removing it too.
        let _ = remove(connection, &name).await;
    }
    remove_roles(connection).await
}
