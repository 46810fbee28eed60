//! `logs ledger verify` on the sample, intact and altered.

use std::process::Output;

use crate::binary::{Store, failed, text};
use crate::process::tamper;

const SAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/sample/agent-run.ndjson"
);

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A store with the sample. This stands behind its URL while it is filled.
fn filled(behind: &str) -> Store {
    let store = Store::none();
    let url = format!("{}{behind}", store.url());
    let import = store.logs(&["import", SAMPLE, "--store", &url]).output();
    done(&import.unwrap());
    store
}

fn verify(store: &Store, more: &[&str]) -> Output {
    let words = [&["ledger", "verify"], more].concat();
    store.logs(&words).output().unwrap()
}

#[test]
fn an_intact_store_has_a_line_for_each_log() {
    let store = filled("");
    let told = done(&verify(&store, &[]));
    let rows: Vec<Vec<&str>> = told
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        rows,
        [
            vec!["LOG", "ENTRIES", "NOT", "COVERED", "FINDINGS"],
            vec!["acme", "16", "0", "0"],
        ]
    );
    let json = done(&verify(&store, &["--json"]));
    let line = r#"{"log":"acme","entries":16,"not_covered":0,"findings":0}"#;
    assert_eq!(json.trim_end(), line);
    // All logs, where no tenant is named.
    let mut all = store.logs(&["ledger", "verify", "--json"]);
    let all = done(&all.env_remove("LOGS_TENANT").output().unwrap());
    assert_eq!(all.trim_end(), line);
}

#[test]
fn the_readme_shows_real_output() {
    let store = filled("");
    let csv = SAMPLE.replace(
        "sample/agent-run.ndjson",
        "mappings/samples/azure-llm-2023.csv",
    );
    let import = store
        .logs(&["import", &csv, "--map", "azure-llm-2023"])
        .output();
    done(&import.unwrap());
    let told = done(&verify(&store, &[]));
    let shown = format!("$ logs ledger verify\n{told}```");
    assert!(
        include_str!("../../../../README.md").contains(&shown),
        "{told}"
    );
}

#[test]
fn each_record_that_somebody_altered_removed_or_inserted_is_named() {
    let store = filled("");
    tamper(
        &store,
        "DROP TRIGGER llm_run_no_update; DROP TRIGGER trace_step_no_delete; \
         UPDATE llm_run SET model = 'other' WHERE run_id = 'run-7f3a'; \
         DELETE FROM trace_step WHERE position = 2; \
         CREATE TEMP TABLE copy AS SELECT * FROM system_record WHERE tenant_id = 'acme' LIMIT 1; \
         UPDATE copy SET id = x'018f4e5c8f4e7c3a8b4e000000000001'; \
         INSERT INTO system_record SELECT * FROM copy",
    );
    let output = verify(&store, &[]);
    let error = failed(&output, 1);
    assert!(
        error.contains("1 of 1 logs do not fit their records: acme"),
        "{error}"
    );
    let told = text(&output.stdout);
    let has = |start: &str, within: &str| {
        let mut lines = told.lines();
        let found = lines.any(|line| line.starts_with(start) && line.contains(within));
        assert!(found, "{start}…{within}: {told}");
    };
    has("acme: altered (", "): llm_run ");
    has("acme: missing: trace_step ", ", entry ");
    has(
        "acme: inserted: system_record 018f4e5c-8f4e-7c3a-8b4e-000000000001",
        "",
    );
    let json = text(&verify(&store, &["--json"]).stdout);
    let start = r#"{"log":"acme","finding":"missing","kind":"trace_step","id":""#;
    assert!(json.lines().any(|line| line.starts_with(start)), "{json}");
}

#[test]
fn records_stored_without_the_ledger_are_counted_and_are_no_findings() {
    let store = filled("?ledger=off");
    let told = done(&verify(&store, &["--json"]));
    let line = r#"{"log":"acme","entries":0,"not_covered":16,"findings":0}"#;
    assert_eq!(told.trim_end(), line);
}

#[test]
fn stores_without_a_ledger_say_so() {
    let store = Store::none();
    let told = verify(&store, &["--store", "postgres://nobody@localhost/none"]);
    let error = failed(&told, 2);
    assert!(error.contains("PostgreSQL"), "{error}");
}
