//! `cargo xtask pg`: a PostgreSQL server with the schema, for development. It is found or fetched as
//! that of the tests is, stays until it is stopped, and is gone then with all its data.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::process;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Start it, if it does not run, and print the URL for LOGS_STORE_URL
    Start,
    /// Stop it; its data is gone
    Stop,
    /// Print the URL for LOGS_STORE_URL
    Url,
    /// Open a session as the superuser; words behind it go to psql
    Psql {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// How long the server may take to start, when it is fetched first.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running server, as its holder wrote it down.
pub(crate) struct Running {
    /// The note, which the holder keeps locked.
    note: File,
    holder: String,
    /// The URL of the database as the superuser.
    pub(crate) superuser: String,
    application: String,
    programs: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Start => start(),
        Command::Stop => stop(),
        Command::Url => {
            println!("{}", running()?.context("it does not run")?.application);
            Ok(())
        }
        Command::Psql { words } => {
            let running = running()?.context("it does not run")?;
            let mut psql = psql(&running);
            psql.args(words);
            ensure!(psql.status()?.success(), "psql failed");
            Ok(())
        }
    }
}

fn start() -> anyhow::Result<()> {
    if let Some(running) = running()? {
        println!("{}", running.application);
        return Ok(());
    }
    let note = note()?;
    std::fs::create_dir_all(note.parent().context("a folder")?)?;
    let (_, running) = hold(&note, &[])?;
    let mut migrate = process::cargo(["run", "--quiet", "--package", "logs-cli", "--"])?;
    migrate.args(["migrate", "--store", &running.superuser]);
    ensure!(migrate.status()?.success(), "the schema was not applied");
    let mut role = psql(&running);
    role.args([
        "--quiet",
        "--command",
        "CREATE ROLE logs_dev LOGIN IN ROLE logs_application",
    ]);
    ensure!(
        role.status()?.success(),
        "the role of the application was not made"
    );
    println!("{}", running.application);
    Ok(())
}

/// Starts a process that holds a server, tells of it in `note`, and has applied files of SQL.
pub(crate) fn hold(note: &Path, scripts: &[PathBuf]) -> anyhow::Result<(Child, Running)> {
    process::run(process::cargo([
        "build",
        "--quiet",
        "--package",
        "test-postgres",
    ])?)?;
    let log = File::create(note.with_extension("log"))?;
    let mut holder = std::process::Command::new(target()?.join("debug/test-postgres"));
    holder.arg(note).args(scripts).stdin(Stdio::null());
    holder.stdout(log.try_clone()?).stderr(log);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut holder, 0);
    let mut holder = holder.spawn().context("starting the server")?;
    let begun = Instant::now();
    loop {
        if let Some(running) = read(note)? {
            return Ok((holder, running));
        }
        if holder.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
            bail!(
                "it did not start: {}",
                std::fs::read_to_string(note.with_extension("log"))?
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn stop() -> anyhow::Result<()> {
    let Some(running) = running()? else {
        println!("it does not run");
        return Ok(());
    };
    let killed = std::process::Command::new("kill")
        .arg(&running.holder)
        .status()?;
    ensure!(
        killed.success(),
        "the process {} did not end",
        running.holder
    );
    // It is unlocked when the process has ended.
    running.note.lock_shared()?;
    std::fs::remove_file(note()?)?;
    Ok(())
}

/// The development server, when its holder lives.
fn running() -> anyhow::Result<Option<Running>> {
    read(&note()?)
}

/// The server that a note tells of, when its holder lives. That is told by its lock: the number of a
/// process that has ended may be that of another one by now.
fn read(note: &Path) -> anyhow::Result<Option<Running>> {
    let Ok(file) = File::open(note) else {
        return Ok(None);
    };
    match file.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let text = std::io::read_to_string(&file)?;
    let mut lines = text.lines().map(str::to_owned);
    let mut line = || lines.next().context("a line of the note of the server");
    Ok(Some(Running {
        holder: line()?,
        superuser: line()?,
        application: line()?,
        programs: line()?.into(),
        note: file,
    }))
}

fn psql(running: &Running) -> std::process::Command {
    let beside = running.programs.join("psql");
    let program = if beside.is_file() {
        beside
    } else {
        "psql".into()
    };
    let mut psql = std::process::Command::new(program);
    psql.arg(&running.superuser);
    psql
}

pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let given = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    Ok(given.unwrap_or(process::root()?.join("target")))
}

fn note() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("pg/server"))
}
