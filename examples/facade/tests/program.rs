//! The program on a store in SQLite: it picks the backend by the URL that it is given.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use logs_domain::{AppendBatch, Draft, OnConflict, TenantId};

const SAMPLE: &str = include_str!("../../sample/agent-run.ndjson");

/// Runs the program; what it printed, and whether it succeeded.
fn facade(url: &str, words: &[&str], folder: &Path) -> (String, bool) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_facade"));
    program.args(words).current_dir(folder);
    let output = program.env(logs_store::URL_VARIABLE, url).output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (String::from_utf8(printed).unwrap(), output.status.success())
}

#[tokio::test]
async fn the_program_tells_the_story_of_the_store_that_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let url = format!("sqlite:{}", folder.join("logs.db").display());
    let store = logs_store::connect(&url).await.unwrap();
    let drafts = SAMPLE.lines().map(|line| Draft::from_json(line).unwrap());
    let batch = AppendBatch::new(drafts.collect()).unwrap();
    let tenant = TenantId::new("acme").unwrap();
    let appended = store.append(&tenant, &batch, OnConflict::RejectCall).await;
    appended.unwrap();
    store.close().await.unwrap();

    let (told, succeeded) = facade("sqlite:logs.db", &["acme", "run-7f3a"], folder);
    assert!(succeeded, "{told}");
    let first = "run-7f3a of claude-sonnet-4: SUCCEEDED, steps cost 0.01785 USD\n";
    assert!(told.starts_with(first), "{told}");
    assert!(
        told.contains("\n  step 2 issue_refund: limit_breached\n"),
        "{told}"
    );
    assert!(told.contains("\n  LimitBreached of LIMIT "), "{told}");

    // The same question to another store has another answer.
    let absent = ("acme has no run run-7f3a\n".to_owned(), true);
    assert_eq!(facade("memory:", &["acme", "run-7f3a"], folder), absent);
    let other = ("other has no run run-7f3a\n".to_owned(), true);
    assert_eq!(
        facade("sqlite:logs.db", &["other", "run-7f3a"], folder),
        other
    );
    let (refused, succeeded) = facade("nowhere:", &["acme", "run-7f3a"], folder);
    assert!(!succeeded && refused.contains("postgres://"), "{refused}");
}
