//! The binary as a process: its streams, signals and faults of the machine.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::binary::{Store, failed, logs, text};

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let store = Store::with_runs(3_000);
    let mut command = store.logs(&["runs", "list", "--all"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    assert!(first.starts_with("STARTED"));
    drop(out);
    let mut error = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut error)
        .unwrap();
    assert_eq!(
        (child.wait().unwrap().code(), error.as_str()),
        (Some(0), "")
    );
}

#[test]
fn a_full_device_for_the_answers_is_an_error() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        println!("this machine has no /dev/full; nothing was tested");
        return;
    }
    let store = Store::with_runs(1);
    let out = std::fs::OpenOptions::new().write(true).open(full).unwrap();
    let output = store.logs(&["runs", "list"]).stdout(out).output().unwrap();
    assert!(failed(&output, 1).contains("cannot be written"));
}

#[test]
fn questions_make_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let output = logs(&["runs", "list", "--tenant", "acme"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(failed(&output, 3).contains("logs.db"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_store_and_a_url_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.db");
    std::fs::write(
        &file,
        "this is no database, however long it may be. ".repeat(100),
    )
    .unwrap();
    let url = format!("sqlite:{}", file.display());
    for words in [&["runs", "list"][..], &["doctor"], &["migrate"]] {
        let output = logs(words)
            .args(["--store", &url, "--tenant", "t"])
            .output()
            .unwrap();
        failed(&output, 3);
    }
    let secret = "mysql://user:hunter2@host/db";
    let output = logs(&["runs", "list", "--store", secret, "--tenant", "t"])
        .output()
        .unwrap();
    let error = failed(&output, 2);
    assert!(
        error.contains("sqlite:PATH") && !error.contains("hunter2"),
        "{error}"
    );
    let help = logs(&["--help"])
        .env("LOGS_STORE_URL", secret)
        .output()
        .unwrap();
    assert!(!text(&help.stdout).contains("hunter2"));
}

#[test]
fn a_tenant_is_named_by_flag_or_environment() {
    let store = Store::with_runs(1);
    let file = store.path("runs.ndjson");
    std::fs::write(&file, "{\"trace\":{\"trace_id\":\"t\"}}\n").unwrap();
    let questions = [&["runs", "list"][..], &["import", &file], &["exports"]];
    for words in questions {
        let nobody = store
            .logs(words)
            .env_remove("LOGS_TENANT")
            .output()
            .unwrap();
        let error = text(&nobody.stderr);
        assert!(
            !nobody.status.success() && error.contains("--tenant"),
            "{error}"
        );
        let named = store
            .logs(words)
            .args(["--tenant", "other"])
            .output()
            .unwrap();
        assert_eq!(named.status.code(), Some(0), "{}", text(&named.stderr));
    }
    assert!(text(&store.logs(&["runs", "list"]).output().unwrap().stdout).ends_with("1 run\n"));
}

#[test]
fn doctor_and_migrate_tell_how_the_store_is() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("logs.db").display());
    let run = |words: &[&str]| logs(words).args(["--store", &url]).output().unwrap();
    assert!(failed(&run(&["doctor"]), 3).contains("logs migrate"));
    assert!(text(&run(&["migrate"]).stdout).starts_with("applied "));
    assert!(text(&run(&["migrate"]).stdout).starts_with("up to date"));
    assert_eq!(text(&run(&["migrate", "--dry-run", "--json"]).stdout), "");
    let well = run(&["doctor"]);
    assert_eq!(well.status.code(), Some(0), "{}", text(&well.stdout));
    let json = run(&["doctor", "--json"]);
    assert!(text(&json.stdout).lines().count() > 1);
}

/// What someone does to the file with another program.
pub(crate) fn tamper(store: &Store, sql: &'static str) {
    use sqlx::{Connection, SqliteConnection};
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut foreign = SqliteConnection::connect(&store.url()).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut foreign).await.unwrap();
        foreign.close().await.unwrap();
    });
}

#[test]
fn a_store_that_was_altered_says_so() {
    let store = Store::with_runs(1);
    tamper(&store, "DROP TRIGGER llm_run_no_update");
    let output = store.logs(&["doctor"]).output().unwrap();
    assert!(failed(&output, 1).contains("append-only"));
    assert!(text(&output.stdout).contains("FAILED"));
    assert!(text(&store.logs(&["runs", "list"]).output().unwrap().stdout).ends_with("1 run\n"));
    tamper(&store, "UPDATE llm_run SET tenant_id = 'other'");
    let output = store
        .logs(&["runs", "list", "--tenant", "other"])
        .output()
        .unwrap();
    let error = failed(&output, 1);
    assert!(
        error.contains("inconsistent") && error.contains("logs doctor"),
        "{error}"
    );
    assert_eq!(text(&output.stdout), "");
}

#[test]
#[cfg(unix)]
fn an_argument_that_is_no_text_is_wrong_usage() {
    use std::os::unix::ffi::OsStrExt;
    let store = Store::with_runs(1);
    let mut command = store.logs(&["runs", "show"]);
    command.arg(std::ffi::OsStr::from_bytes(b"run-\xff\x1b"));
    let error = failed(&command.output().unwrap(), 2);
    assert!(!error.contains('\u{1b}'), "{error:?}");
}

/// An export to the file `audit` that is recorded as pending, and waits for the year 9999.
#[cfg(unix)]
fn waiting_export(store: &Store) -> Child {
    let words = ["export", "--scope", "audit", "--format", "json", "--wait"];
    let mut command = store.logs(&words);
    command.args([
        "--out",
        &store.path("audit"),
        "--to",
        "9999-01-01T00:00:00Z",
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It waits once it has recorded what it was asked for.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !store.exports().contains("\"pending\"") {
        assert!(Instant::now() < deadline, "no export became pending");
        std::thread::yield_now();
    }
    child
}

#[test]
#[cfg(unix)]
fn an_interrupt_makes_a_failed_export_and_leaves_no_file() {
    for signal in ["INT", "TERM"] {
        let store = Store::with_runs(1);
        let child = waiting_export(&store);
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        assert!(failed(&output, 1).contains("interrupted"));
        let exports = store.exports();
        assert!(
            exports.contains("\"failed\"") && exports.contains("interrupted"),
            "{exports}"
        );
        assert_eq!(store.leftovers(), [""; 0]);
    }
}

/// A limit on the size of files stands in for a full disk: the system refuses to write more.
#[test]
#[cfg(unix)]
fn a_full_disk_makes_a_failed_export_and_leaves_no_file() {
    let store = Store::with_runs(5_000);
    let script = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_logs")]);
    command.args([
        "export", "--scope", "llm_run", "--format", "json", "--tenant", "acme",
    ]);
    command.args(["--store", &store.url(), "--out", &store.path("runs")]);
    let output = command.output().unwrap();
    let error = failed(&output, 1);
    assert!(error.contains("cannot be written"), "{error}");
    assert_eq!(store.leftovers(), [""; 0]);
    let exports = store.exports();
    assert!(
        exports.contains("\"failed\"") && exports.contains("cannot be written"),
        "{exports}"
    );
    let retried = store.logs(&[
        "export",
        "--scope",
        "llm_run",
        "--format",
        "json",
        "--out",
        &store.path("runs"),
    ]);
    let mut retried = retried;
    assert_eq!(retried.output().unwrap().status.code(), Some(0));
    assert!(std::fs::metadata(store.path("runs")).unwrap().len() > 2_000 * 1024);
}

/// Nothing can be told by a process that was killed: the record says that the export was asked for
/// and never that it is complete, no file has the name that a complete one would have, and the
/// next export is not hindered.
#[test]
#[cfg(unix)]
fn an_export_that_is_killed_stays_pending_and_can_be_made_again() {
    let store = Store::with_runs(1);
    let out = store.path("audit");
    let words = ["export", "--scope", "audit", "--format", "json", "--out"];
    let mut child = waiting_export(&store);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(store.exports().contains("\"pending\""));
    assert!(!Path::new(&out).exists());
    let again = store.logs(&words).arg(&out).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    let exports = store.exports();
    assert!(exports.contains("\"pending\"") && exports.contains("\"completed\""));
    assert!(Path::new(&out).exists());
}
