//! Holds a server until it is killed: `test-postgres FILE [SQL…]` writes to FILE, a line each, its
//! process id, the URL of a database as the superuser, the URL as a role of the application (which
//! is made by whoever applies the schema), and the folder of PostgreSQL's programs. The database is
//! empty but for what the files of SQL make, each in a transaction. FILE is locked as long as the
//! process lives: who finds it unlocked must not trust the process id in it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};
use test_postgres::{Durability, Server, programs};

/// The role that the second URL names.
const ROLE: &str = "logs_dev";

fn main() -> ExitCode {
    match hold() {
        Ok(never) => match never {},
        Err(error) => {
            use std::io::Write;
            // There is nowhere to report that this cannot be written.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn hold() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let file = arguments.next().ok_or("name a file to write to")?;
    let file = Path::new(&file);
    let server = Server::start(Durability::On)?;
    let database = server.empty()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for script in arguments {
        let script = std::fs::read_to_string(script)?;
        runtime.block_on(apply(&database.url(), script))?;
    }
    let lines = format!(
        "{}\n{}\n{}\n{}\n",
        std::process::id(),
        database.url(),
        database.url_as(ROLE),
        programs()?.display()
    );
    // Whole and locked, or not there: whoever waits for it reads it at once.
    let beside = file.with_extension("new");
    let mut note = std::fs::File::create(&beside)?;
    note.lock()?;
    std::io::Write::write_all(&mut note, lines.as_bytes())?;
    std::fs::rename(&beside, file)?;
    loop {
        // The lock ends with the process.
        std::thread::park();
    }
}

async fn apply(url: &str, script: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(AssertSqlSafe(script))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
