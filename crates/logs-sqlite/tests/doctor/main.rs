//! What the doctor finds: damages are made in a store of sample data, one at a time, and the plain and
//! the deep doctor say which checks fail. Neither says anything of a sound store.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod damage;

use std::path::Path;
use std::sync::Mutex;

use logs_domain::{
    AppendBatch, Draft, LogsWriter, OnConflict, StoreLifecycle, StoreOptions, SystemClock, TenantId,
};
use logs_sqlite::{Check, SqliteStore};

use self::damage::{MORE, SAMPLE, behind_triggers, damage, filled, flip, run, text};

/// Each damage, with the checks of the plain and of the deep doctor that fail for it. What SQLite's quick
/// check finds of damaged indexes is its own affair: the deep doctor does not rest on it.
const DAMAGES: &[(&str, &[&str], &[&str])] = &[
    ("none", &[], &[]),
    ("trigger dropped", &["append-only"], &["append-only"]),
    ("trigger emptied", &["append-only"], &["append-only"]),
    (
        "trigger that cannot be understood",
        &["append-only"],
        &["append-only"],
    ),
    (
        "trigger that swallows records",
        &["append-only"],
        &["append-only"],
    ),
    ("index dropped", &["definitions"], &["definitions"]),
    ("index of other columns", &["definitions"], &["definitions"]),
    ("CHECK removed", &["definitions"], &["definitions"]),
    ("table added", &["definitions"], &["definitions"]),
    ("view added", &["definitions"], &["definitions"]),
    (
        "indexes with the same pages",
        &["definitions"],
        &["definitions", "integrity"],
    ),
    (
        "table forgotten",
        &["definitions", "append-only"],
        &["definitions", "append-only", "records", "ids", "integrity"],
    ),
    (
        "table that cannot be understood",
        &["definitions"],
        &["definitions", "records", "ids", "integrity"],
    ),
    (
        "table with pages that are not there",
        &[],
        &["records", "integrity"],
    ),
    (
        "mark without its table",
        &["definitions", "clock"],
        &["definitions", "clock"],
    ),
    (
        "another encoding",
        &["definitions", "append-only", "settings", "clock"],
        &[
            "definitions",
            "append-only",
            "settings",
            "clock",
            "records",
            "ids",
            "governance",
            "exports",
            "integrity",
        ],
    ),
    ("other journal mode", &["settings"], &["settings"]),
    ("index emptied", &[], &["integrity"]),
    ("partial index emptied", &[], &["integrity"]),
    ("bit of an index flipped", &[], &["integrity"]),
    ("bit of a key flipped", &[], &["integrity"]),
    ("run altered", &[], &["records"]),
    ("runs swapped", &[], &["records"]),
    ("run of another tenant", &[], &["records"]),
    ("step altered", &[], &["records"]),
    ("trace altered", &[], &["records"]),
    ("record of the platform altered", &[], &["records"]),
    ("entry altered", &[], &["records"]),
    ("outcome altered", &[], &["records"]),
    ("reference forged", &[], &["governance"]),
    ("reference to nothing", &[], &["governance"]),
    ("references missing", &[], &["governance"]),
    ("run deleted", &[], &["gaps"]),
    ("number never given", &[], &["gaps"]),
    ("entry deleted", &[], &["gaps", "governance"]),
    ("export deleted", &[], &["exports"]),
    ("mark moved back", &[], &["record times"]),
    ("mark moved ahead", &["clock"], &["clock"]),
    ("mark removed", &["clock"], &["clock"]),
];

fn failed(checks: &[Check]) -> Vec<&str> {
    let failed = checks.iter().filter(|check| !check.passed);
    failed.map(|check| check.name).collect()
}

fn found<'a>(checks: &'a [Check], name: &str) -> &'a str {
    let check = checks.iter().find(|check| check.name == name).unwrap();
    &check.found
}

async fn deep(path: &Path) -> Vec<Check> {
    SqliteStore::doctor_deep(path, &SystemClock, &|_, _| {})
        .await
        .unwrap()
}

#[tokio::test]
async fn each_damage_is_found_by_the_doctors_that_can() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    filled(&sound).await;
    for (name, plain, deeply) in DAMAGES {
        let path = folder.path().join("logs.db");
        std::fs::copy(&sound, &path).unwrap();
        damage(&path, name).await;
        let checks = SqliteStore::doctor(&path, &SystemClock).await.unwrap();
        println!("{name}: plain {:?}", failed(&checks));
        let mut of_plain = failed(&checks);
        of_plain.retain(|name| *name != "integrity");
        assert_eq!(of_plain, *plain, "{name}: {checks:#?}");
        let checks = deep(&path).await;
        println!("{name}: deep {:?}", failed(&checks));
        assert_eq!(failed(&checks), *deeply, "{name}: {checks:#?}");
        for suffix in ["", "-wal", "-shm"] {
            let file = folder.path().join(format!("logs.db{suffix}"));
            std::fs::remove_file(file).unwrap_or_default();
        }
    }
}

#[tokio::test]
async fn one_bit_in_any_index_is_found_by_the_deep_doctor() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("sound.db");
    filled(&sound).await;
    let names = "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'index'";
    let names = text(&sound, names).await;
    let (mut all, mut by_plain) = (0, 0);
    for index in names.split(',') {
        let path = folder.path().join(format!("{index}.db"));
        std::fs::copy(&sound, &path).unwrap();
        flip(&path, index).await;
        let plain = SqliteStore::doctor(&path, &SystemClock).await.unwrap();
        assert!(failed(&deep(&path).await).contains(&"integrity"), "{index}");
        all += 1;
        by_plain += usize::from(!failed(&plain).is_empty());
    }
    println!("of {all} bits the plain doctor finds {by_plain}, the deep one all");
    assert!(all > 20, "{all}");
}

#[tokio::test]
async fn what_was_found_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    filled(&path).await;
    let checks = deep(&path).await;
    let told = found(&checks, "records");
    // Two tenants, and one record of the platform.
    let sample = 2 * SAMPLE.lines().count();
    let all = sample + 2 * (4 + 2 * MORE) + 1;
    assert!(told.starts_with(&format!("{all} read")), "{told}");
    for table in ["llm_run 12", "log_export 4", "log_export_outcome 4"] {
        assert!(told.contains(table), "{table} in {told}");
    }
    damage(&path, "run altered").await;
    damage(&path, "trigger dropped").await;
    damage(&path, "index dropped").await;
    damage(&path, "table added").await;
    damage(&path, "entry altered").await;
    let checks = deep(&path).await;
    let told = found(&checks, "records");
    let altered = 2 + 2 * MORE;
    assert!(
        told.starts_with(&format!("{altered} findings: llm_run ")),
        "{told}"
    );
    assert!(
        told.contains(&format!("and {} more", altered - 20)),
        "{told}"
    );
    assert!(told.contains("was altered: its digest differs"), "{told}");
    assert_eq!(
        found(&checks, "append-only"),
        "trigger llm_run_no_update is missing"
    );
    let told = found(&checks, "definitions");
    assert!(told.contains("index llm_run_by_model is missing"), "{told}");
    assert!(told.contains("table theirs is unknown"), "{told}");
}

#[tokio::test]
async fn progress_goes_from_none_to_all_and_a_store_in_use_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    filled(&path).await;
    let store = SqliteStore::open(&path, StoreOptions::default())
        .await
        .unwrap();
    let told = Mutex::new(Vec::new());
    let progress = |done, all| told.lock().unwrap().push((done, all));
    let writing = async {
        for n in 0..40 {
            let line = format!(
                r#"{{"audit_entry":{{"id":"018f4e5c-8f4e-7c3a-8b4e-00000f{n:06x}","event_type":"e",
                "entity_type":"LIMIT","entity_id":"l","actor_type":"HUMAN",
                "after_state":{{"run_id":"late"}}}}}}"#
            );
            let batch = AppendBatch::new(vec![Draft::from_json(&line).unwrap()]).unwrap();
            let tenant = TenantId::new("acme").unwrap();
            let reject = OnConflict::RejectCall;
            store.append(&tenant, &batch, reject).await.unwrap();
        }
    };
    let looking = SqliteStore::doctor_deep(&path, &SystemClock, &progress);
    let (checks, ()) = futures_util::future::join(looking, writing).await;
    let checks = checks.unwrap();
    assert_eq!(failed(&checks), [""; 0], "{checks:#?}");
    let told = told.into_inner().unwrap();
    let all = told[0].1;
    assert_eq!((told[0].0, told.last().copied()), (0, Some((all, all))));
    assert!(told.len() > 5 && told.is_sorted(), "{told:?}");
    store.close().await.unwrap();
}

/// Times that an operator took back may be those of records.
#[tokio::test]
async fn records_of_a_time_that_was_taken_back_are_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    filled(&path).await;
    let ahead = "UPDATE llm_run SET created_at = 4000000000000000 WHERE run_id = 'r7'";
    behind_triggers(&path, "llm_run", ahead).await;
    let mark = "UPDATE store_clock SET latest = 4000000000000000";
    run(&path, mark).await;
    assert!(failed(&deep(&path).await).contains(&"clock"));
    SqliteStore::reset_clock(&path, &SystemClock).await.unwrap();
    let checks = deep(&path).await;
    let told = found(&checks, "record times");
    assert!(told.starts_with("2 are after the newest time"), "{told}");
    assert!(!failed(&checks).contains(&"clock"), "{checks:#?}");
    assert!(!failed(&checks).contains(&"record times"), "{checks:#?}");
    let beyond = "UPDATE llm_run SET created_at = 4000000000000001 WHERE run_id = 'r7'";
    behind_triggers(&path, "llm_run", beyond).await;
    assert!(failed(&deep(&path).await).contains(&"record times"));
}
