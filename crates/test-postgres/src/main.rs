//! Holds a server until it is killed: `test-postgres FILE` writes to FILE, a line each, its process
//! id, the URL of an empty database as the superuser, the URL as a role of the application (which is
//! made by whoever applies the schema), and the folder of PostgreSQL's programs.

use std::path::Path;
use std::process::ExitCode;

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
    let file = std::env::args_os()
        .nth(1)
        .ok_or("name a file to write to")?;
    let file = Path::new(&file);
    let server = Server::start(Durability::On)?;
    let database = server.empty()?;
    let lines = format!(
        "{}\n{}\n{}\n{}\n",
        std::process::id(),
        database.url(),
        database.url_as(ROLE),
        programs()?.display()
    );
    // Whole or not there: whoever waits for it reads it at once.
    let beside = file.with_extension("new");
    std::fs::write(&beside, lines)?;
    std::fs::rename(&beside, file)?;
    loop {
        std::thread::park();
    }
}
