//! The command on a PostgreSQL server, from an empty database on.

use std::process::Command;

use crate::binary::text;
use crate::support::database;

fn logs(words: &[&str], url: &str) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_logs"))
        .args(words)
        .args(["--store", url, "--tenant", "acme"])
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (
        code,
        text(&output.stdout).to_owned(),
        text(&output.stderr).to_owned(),
    )
}

#[test]
fn an_operator_migrates_imports_asks_and_looks() {
    let database = database();
    let url = database.url();
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/sample/agent-run.ndjson"
    );
    let (code, _, error) = logs(&["import", sample], &url);
    assert_eq!(code, 3, "the schema has to be there: {error}");
    assert!(error.contains("schema"), "{error}");

    let (code, missing, _) = logs(&["migrate", "--dry-run"], &url);
    assert_eq!(code, 0);
    let (code, applied, error) = logs(&["migrate"], &url);
    assert_eq!(code, 0, "{error}");
    assert_eq!(applied.replace("applied", "missing"), missing);
    let application = database.url_as_member("logs_application").unwrap();
    let (code, checks, error) = logs(&["doctor"], &application);
    assert_eq!(code, 0, "nothing has written yet: {checks}{error}");
    let (_, again, _) = logs(&["migrate"], &url);
    assert!(again.starts_with("up to date"), "{again}");

    let (code, _, error) = logs(&["import", sample], &url);
    assert_eq!(code, 3, "a superuser may change records: {error}");
    assert!(error.contains("logs_application"), "{error}");
    for _ in 0..2 {
        let (code, _, error) = logs(&["import", sample], &application);
        assert_eq!(code, 0, "{error}");
    }
    let (code, runs, error) = logs(&["runs", "list", "--json"], &application);
    assert_eq!(code, 0, "{error}");
    assert_eq!(runs.lines().count(), 4, "{runs}");

    let (code, checks, error) = logs(&["doctor"], &application);
    assert_eq!(code, 0, "{checks}{error}");
    let (code, checks, error) = logs(&["doctor"], &url);
    assert_eq!(code, 1, "{checks}");
    assert!(error.contains("role"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_unavailable_and_no_password_is_shown() {
    let url = "postgres://app:hunter2@127.0.0.1:9/logs";
    for words in [
        &["runs", "list"][..],
        &["doctor"],
        &["migrate"],
        &["exports"],
    ] {
        let (code, out, error) = logs(words, url);
        assert_eq!(code, 3, "{error}");
        assert!(!format!("{out}{error}").contains("hunter2"), "{error}");
    }
}
