//! What an operator does to a store file: look through it, copy it, and set its time right.

use std::process::{Command, Output, Stdio};

use crate::binary::{Store, failed, logs, text};
use crate::process::tamper;

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    text(&output.stdout)
}

#[test]
fn the_deep_doctor_names_the_records_that_were_altered() {
    let store = Store::with_runs(700);
    let sound = done(&store.logs(&["doctor", "--deep"]).output().unwrap());
    assert!(sound.contains("700 read"), "{sound}");
    let alter = "DROP TRIGGER llm_run_no_update; \
                 UPDATE llm_run SET model = 'x' WHERE run_id = 'run-77'; \
                 CREATE TRIGGER llm_run_no_update BEFORE UPDATE ON llm_run\nBEGIN\n    \
                 SELECT RAISE(ABORT, 'append-only: llm_run takes no UPDATE');\nEND";
    tamper(&store, alter);
    done(&store.logs(&["doctor"]).output().unwrap());
    let output = store.logs(&["doctor", "--deep"]).output().unwrap();
    assert!(failed(&output, 1).contains("records"));
    let told = text(&output.stdout);
    assert!(told.contains("was altered: its digest differs"), "{told}");
    let json = store
        .logs(&["doctor", "--deep", "--json"])
        .output()
        .unwrap();
    failed(&json, 1);
    assert!(text(&json.stdout).lines().count() > 10);
}

#[test]
fn a_backup_is_a_store_and_replaces_nothing() {
    let store = Store::with_runs(3);
    let copy = store.path("copy");
    let told = done(&store.logs(&["backup", &copy]).output().unwrap());
    assert!(told.contains("records") && told.contains('3'), "{told}");
    let url = format!("sqlite:{copy}");
    let listed = store
        .logs(&["runs", "list", "--store", &url])
        .output()
        .unwrap();
    assert!(done(&listed).ends_with("3 runs\n"));
    let before = std::fs::read(&copy).unwrap();
    let again = store.logs(&["backup", &copy]).output().unwrap();
    assert!(failed(&again, 1).contains("exists already"));
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    let nowhere = store.path("no/folder.db");
    let refused = store.logs(&["backup", &nowhere]).output().unwrap();
    assert!(failed(&refused, 2).contains("no folder"));
    let other = store.path("other");
    let json = store.logs(&["backup", &other, "--json"]).output().unwrap();
    assert!(done(&json).contains("\"records\":3"));
}

/// The interrupt comes while the copy is made, or just after it: there is a backup or none, and nothing
/// else.
#[test]
#[cfg(unix)]
fn an_interrupted_backup_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::with_runs(9_000);
    let mut command = store.logs(&["backup", &store.path("copy")]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let is_partial = |name: &String| name.starts_with(".logs-backup-");
    loop {
        let partial = store.leftovers().into_iter().find(is_partial);
        if let Some(name) = partial {
            // It may be gone by now.
            if let Ok(found) = std::fs::metadata(store.path(&name)) {
                assert_eq!(found.permissions().mode() & 0o777, 0o700);
            }
            break;
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    // A process that has ended takes no signal, and is waited for all the same.
    let words = ["-s", "INT", &id];
    Command::new("kill").args(words).output().unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(0) {
        assert_eq!(store.leftovers(), ["copy"]);
    } else {
        assert!(failed(&output, 1).contains("interrupted"));
        assert_eq!(store.leftovers(), [""; 0]);
    }
}

#[test]
fn only_what_is_there_and_in_a_file_is_copied() {
    let store = Store::none();
    let copy = store.path("copy");
    for (url, code, named) in [
        (store.url().as_str(), 3, "there is no store"),
        ("memory:", 2, "outlives the process"),
        ("postgres://nobody@localhost/logs", 2, "pg_basebackup"),
    ] {
        let output = store
            .logs(&["backup", &copy, "--store", url])
            .output()
            .unwrap();
        let error = failed(&output, code);
        assert!(error.contains(named), "{error}");
    }
    let output = logs(&["reset-clock", "--yes", "--store", "memory:"]);
    let error = failed(&{ output }.output().unwrap(), 2);
    assert!(error.contains("outlives the process"), "{error}");
    assert_eq!(store.leftovers(), [""; 0]);
}

#[test]
fn a_damaged_store_makes_no_backup() {
    let store = Store::with_runs(3);
    let damage = "PRAGMA writable_schema = ON; UPDATE sqlite_schema \
                  SET sql = replace(sql, 'started_at INTEGER', \
                  'started_at INTEGER CHECK (created_at = 0)') WHERE name = 'llm_run'";
    tamper(&store, damage);
    let output = store
        .logs(&["backup", &store.path("copy")])
        .output()
        .unwrap();
    let error = failed(&output, 1);
    assert!(
        error.contains("damaged") && error.contains("--deep"),
        "{error}"
    );
    assert_eq!(store.leftovers(), [""; 0]);
}

#[test]
fn the_time_of_a_store_is_taken_back_when_it_is_asked_for_twice() {
    let store = Store::with_runs(2);
    let well = done(&store.logs(&["reset-clock", "--yes"]).output().unwrap());
    assert!(well.contains("nothing to reset"), "{well}");
    // 2099-12-31T00:00:00Z.
    tamper(&store, "UPDATE store_clock SET latest = 4102358400000000");
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/sample/agent-run.ndjson"
    );
    let import = || store.logs(&["import", sample]).output().unwrap();
    let error = failed(&import(), 3);
    for part in ["2099-12-31", "the clock tells", "logs reset-clock"] {
        assert!(error.contains(part), "{part} in {error}");
    }
    let listed = store.logs(&["runs", "list"]).output().unwrap();
    assert!(done(&listed).ends_with("2 runs\n"));
    let doctor = store.logs(&["doctor"]).output().unwrap();
    assert!(failed(&doctor, 1).contains("clock"));

    let output = store.logs(&["reset-clock"]).output().unwrap();
    assert!(failed(&output, 2).contains("--yes"));
    assert!(text(&output.stdout).contains("2099-12-31"));
    failed(&import(), 3);
    let told = done(&store.logs(&["reset-clock", "--yes"]).output().unwrap());
    assert!(told.contains("set back to"), "{told}");
    done(&import());
    let told = done(&store.logs(&["doctor", "--deep"]).output().unwrap());
    assert!(
        told.contains("2099-12-31T00:00:00.000000Z was set back"),
        "{told}"
    );
}
