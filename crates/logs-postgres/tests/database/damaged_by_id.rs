//! Reads of one record that somebody altered, or whose key: each tells which it is.

use logs_contract::samples::{first, id, run_id};
use logs_domain::{LlmRunFilter, LogsReader, TenantId, TraceId};

use crate::damage::{Scene, assert_inconsistent};
use crate::records::tenant;

#[tokio::test]
async fn reads_by_key_tell_of_a_record_that_is_not_what_its_key_says() {
    let mut scene = Scene::new().await;
    let run = run_id("r2");
    let entry = id(2);
    assert!(
        scene
            .store
            .get_llm_run(&tenant(), &run)
            .await
            .unwrap()
            .is_some()
    );
    let twice = "INSERT INTO logs.llm_run SELECT * FROM logs.llm_run WHERE run_id = 'r2'";
    scene.run(twice).await;
    assert_inconsistent(
        scene.store.get_llm_run(&tenant(), &run).await,
        ("llm_run", "id"),
    );
    scene
        .run("DELETE FROM logs.llm_run WHERE run_id = 'r2'")
        .await;
    assert_inconsistent(
        scene.store.get_llm_run(&tenant(), &run).await,
        ("llm_run", "id"),
    );
    // Also as a list that can hold this one alone.
    let filter = LlmRunFilter::default().run_id(run);
    let listed = scene
        .store
        .list_llm_runs(&tenant(), &filter, &first(5))
        .await;
    assert_inconsistent(listed, ("llm_run", "id"));
    assert!(
        scene
            .store
            .get_audit_entry(&tenant(), &entry)
            .await
            .unwrap()
            .is_some()
    );
    let later = "UPDATE logs.audit_entry SET created_at = created_at + interval '1 s'";
    scene.run(later).await;
    let found = scene.store.get_audit_entry(&tenant(), &entry).await;
    assert_inconsistent(found, ("audit_entry", "id"));
}

#[tokio::test]
async fn reads_by_id_tell_of_each_damage_of_their_record() {
    let mut scene = Scene::new().await;
    scene.keep().await;
    let other = TenantId::new("nobody").unwrap();
    let trace = TraceId::new("t2").unwrap();
    let of_key = |kind: i16, change: &str, tenant: &str| {
        format!(
            "UPDATE logs.record_key SET {change} WHERE kind = {kind} \
             AND (tenant_id = '~platform') = {} AND id = '{}'",
            tenant == "~platform",
            id(1)
        )
    };
    let later = "created_at = created_at + interval '1 s'";
    let digest = "digest = substr(sha256('x'), 1, 16)";
    for (sql, place) in [
        (
            "UPDATE logs.trace SET run_id = 'victim' WHERE trace_id = 't2'".to_owned(),
            ("trace", "digest"),
        ),
        (
            format!("UPDATE logs.trace SET {later} WHERE trace_id = 't2'"),
            ("trace", "id"),
        ),
        (
            format!("UPDATE logs.record_key SET {later} WHERE kind = 2"),
            ("trace", "id"),
        ),
        (
            format!("UPDATE logs.record_key SET {digest} WHERE kind = 2"),
            ("trace", "digest"),
        ),
        ("DELETE FROM logs.trace".to_owned(), ("trace", "id")),
        (
            "INSERT INTO logs.trace SELECT * FROM logs.trace".to_owned(),
            ("trace", "id"),
        ),
    ] {
        let before = scene.store.get_trace(&tenant(), &trace).await;
        assert!(before.unwrap().is_some(), "{sql}");
        assert!(scene.run(&sql).await > 0, "{sql}");
        assert_inconsistent(scene.store.get_trace(&tenant(), &trace).await, place);
        scene.undo().await;
    }
    // The tenant and the platform have records of the same id: each tells of its own alone.
    for (owner, event) in [("acme", "own 1"), ("~platform", "platform 1")] {
        let row = |change: &str| {
            format!("UPDATE logs.system_record SET {change} WHERE event_type = '{event}'")
        };
        for (sql, column) in [
            (row("summary = 'other'"), "digest"),
            (row(later), "id"),
            (of_key(4, later, owner), "id"),
            (of_key(4, digest, owner), "digest"),
        ] {
            assert!(scene.run(&sql).await > 0, "{sql}");
            let own = scene.store.get_system_record(&tenant(), &id(1)).await;
            let platform = scene.store.get_system_record(&other, &id(1)).await;
            let (told, sound) = if owner == "~platform" {
                (platform, own)
            } else {
                (own, platform)
            };
            assert_inconsistent(told, ("system_record", column));
            let sound = sound.unwrap().unwrap();
            assert_eq!(sound.is_platform(), owner != "~platform", "{sql}");
            scene.undo().await;
        }
    }
    for (kind, table) in [(6, "log_export"), (7, "log_export_outcome")] {
        let change = match kind {
            6 => "requested_by = 'other'",
            _ => "checksum = 'other'",
        };
        let row = |change: &str| format!("UPDATE logs.{table} SET {change} WHERE id = '{}'", id(1));
        for (sql, column) in [
            (row(change), "digest"),
            (row(later), "id"),
            (of_key(kind, later, "acme"), "id"),
            (of_key(kind, digest, "acme"), "digest"),
            (format!("DELETE FROM logs.{table}"), "id"),
        ] {
            assert!(scene.run(&sql).await > 0, "{sql}");
            let found = scene.store.get_log_export(&tenant(), &id(1)).await;
            assert_inconsistent(found, (table, column));
            scene.undo().await;
        }
    }
    // The control: all of that is undone, and an outcome is read.
    let export = scene.store.get_log_export(&tenant(), &id(1)).await.unwrap();
    assert!(export.unwrap().to_outcome().is_some());
}
