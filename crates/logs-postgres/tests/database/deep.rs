//! The doctor that reads the whole store: it finds what reads find when they meet it, and what is
//! missing.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use logs_domain::SystemClock;
use logs_postgres::{Check, PostgresStore};

use crate::damage::{DAMAGES, Scene};
use crate::support;

/// The checks of a deep look alone.
const DEEP: &[&str] = &[
    "llm_run",
    "trace",
    "trace_step",
    "system_record",
    "audit_entry",
    "log_export",
    "keys",
    "ids",
    "references",
    "outcomes",
    "counts",
    "index pages",
];

async fn look(scene: &Scene) -> Vec<Check> {
    let url = scene.database.url_as(support::APPLICATION);
    let told = Mutex::new((0, 0));
    let progress = |read, rows| {
        let mut told = told.lock().unwrap();
        assert!(read >= told.0 && read <= rows, "{read} of {rows}");
        *told = (read, rows);
    };
    let checks = PostgresStore::doctor_deep(&url, &SystemClock, &progress).await;
    let checks: Vec<Check> = checks.unwrap();
    let (read, rows) = *told.lock().unwrap();
    assert_eq!(read, rows, "progress comes to its end");
    let checks: Vec<Check> = checks
        .into_iter()
        .filter(|check| DEEP.contains(&check.name))
        .collect();
    assert_eq!(checks.len(), DEEP.len(), "{checks:?}");
    checks
}

/// The names of the checks that fail.
fn failed(checks: &[Check]) -> BTreeSet<&str> {
    checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.name)
        .collect()
}

fn found<'a>(checks: &'a [Check], name: &str) -> &'a str {
    let check = checks.iter().find(|check| check.name == name);
    &check.unwrap().found
}

/// What no read can tell, and which checks do.
#[rustfmt::skip]
const OMISSIONS: &[(&str, &[&str])] = &[
    ("DELETE FROM logs.llm_run WHERE run_id = 'r2'", &["keys"]),
    ("DELETE FROM logs.trace_step WHERE position = 2", &["keys"]),
    ("DELETE FROM logs.audit_entry WHERE event_type = 'audit 1'", &["keys", "references"]),
    ("DELETE FROM logs.log_export WHERE id::text LIKE '%1'", &["keys", "outcomes"]),
    ("DELETE FROM logs.governance_run WHERE id::text LIKE '%1'", &["audit_entry"]),
    ("INSERT INTO logs.governance_run SELECT tenant_id, class, created_at, id, 'victim' FROM logs.governance_run LIMIT 1", &["audit_entry"]),
    ("INSERT INTO logs.governance_run SELECT * FROM logs.governance_run LIMIT 1", &["audit_entry", "ids"]),
    ("UPDATE logs.llm_run SET tenant_id = 'other' WHERE run_id = 'r2'", &["keys", "llm_run"]),
];

#[tokio::test]
async fn a_deep_look_finds_every_damage_and_every_omission() {
    let mut scene = Scene::new().await;
    let sound = look(&scene).await;
    assert!(failed(&sound).is_empty(), "{sound:?}");
    assert_eq!(found(&sound, "llm_run"), "5 records read, 0 altered");
    assert!(
        found(&sound, "counts").contains("llm_run_0_202506 5"),
        "{sound:?}"
    );
    scene.keep().await;
    for (damage, table, _, _) in DAMAGES {
        scene.run(damage).await;
        let checks = look(&scene).await;
        let failed = failed(&checks);
        let expected = match *table {
            "record_key" => failed.iter().any(|name| *name != "counts"),
            table => failed.contains(table) || failed.contains("ids"),
        };
        assert!(expected, "{damage}: {checks:?}");
        scene.undo().await;
    }
    for (omission, expected) in OMISSIONS {
        assert!(scene.run(omission).await > 0, "{omission}");
        let checks = look(&scene).await;
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(failed(&checks), expected, "{omission}: {checks:?}");
        scene.undo().await;
    }
    // A whole month: its keys are named, the first ten of them.
    scene
        .run("ALTER TABLE logs.llm_run DETACH PARTITION logs.llm_run_0_202506")
        .await;
    let checks = look(&scene).await;
    assert_eq!(failed(&checks), BTreeSet::from(["keys"]), "{checks:?}");
    assert!(found(&checks, "keys").starts_with("5 keys without their records: llm_run "));
    scene
        .run(
            "ALTER TABLE logs.llm_run ATTACH PARTITION logs.llm_run_0_202506 \
             FOR VALUES FROM (0, '2025-06-01Z') TO (0, '2025-07-01Z')",
        )
        .await;
    // Where retention dropped it, nothing is missing.
    scene.run("DELETE FROM logs.trace").await;
    assert!(!failed(&look(&scene).await).is_empty());
    scene
        .run("INSERT INTO logs.retention_floor VALUES (0, '2025-07-01Z')")
        .await;
    let checks = look(&scene).await;
    assert!(failed(&checks).is_empty(), "{checks:?}");
}

#[tokio::test]
async fn a_deep_look_compares_indexes_with_their_tables_where_it_can() {
    let mut scene = Scene::new().await;
    let checks = look(&scene).await;
    assert!(found(&checks, "index pages").contains("CREATE EXTENSION amcheck"));
    let available: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck')",
    )
    .fetch_one(&mut scene.superuser)
    .await
    .unwrap();
    if !available {
        // Some builds of PostgreSQL come without its extensions.
        eprintln!("not tested: this server has no amcheck");
        return;
    }
    scene
        .run(
            "CREATE EXTENSION amcheck; \
             GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO logs_application",
        )
        .await;
    let checks = look(&scene).await;
    assert!(failed(&checks).is_empty(), "{checks:?}");
    assert!(found(&checks, "index pages").contains("hold what their tables do"));
    // A row that an index does not know of.
    let ready = |is_ready: bool| {
        format!(
            "UPDATE pg_index SET indisready = {is_ready} \
             WHERE indexrelid = 'logs.record_key_pkey'::regclass"
        )
    };
    scene.run(&ready(false)).await;
    scene
        .run(
            "INSERT INTO logs.record_key VALUES ('acme', 1, gen_random_uuid(), 0, now(), \
             substr(sha256('x'), 1, 16))",
        )
        .await;
    scene.run(&ready(true)).await;
    let checks = look(&scene).await;
    assert!(failed(&checks).contains("index pages"), "{checks:?}");
    assert!(found(&checks, "index pages").contains("record_key_pkey"));
}
