//! Records that somebody altered around the triggers: every read that meets one tells which, and reads
//! what is before and behind it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use logs_contract::damage::{Damage, assert_sound, populated, walk};
use logs_contract::samples::{first, id, run_id, tenant};
use logs_domain::{
    GovernanceFilter, LlmRunFilter, LogsReader, StoreError, StoreLifecycle, StoreOptions,
    SystemClock, Timestamp, TraceId,
};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// What is done, which column of which table is told, and by which lists.
#[rustfmt::skip]
const DAMAGES: &[(&str, &str, &str, &[&str])] = &[
    ("UPDATE llm_run SET model = 'other' WHERE run_id = 'r2'", "llm_run", "digest", Damage::RUNS),
    ("UPDATE llm_run SET created_at = created_at + 1 WHERE run_id = 'r2'", "llm_run", "digest", Damage::RUNS),
    ("UPDATE llm_run SET created_at = 9223372036854775807 WHERE run_id = 'r2'", "llm_run", "created_at", Damage::RUNS),
    ("UPDATE llm_run SET created_at = -9223372036854775807 WHERE run_id = 'r2'", "llm_run", "created_at", Damage::RUNS),
    ("UPDATE llm_run SET id = x'ffffffffffff4fff8fffffffffffffff' WHERE run_id = 'r2'", "llm_run", "id", Damage::RUNS),
    ("UPDATE llm_run SET digest = x'00000000000000000000000000000000' WHERE run_id = 'r2'", "llm_run", "digest", Damage::RUNS),
    ("UPDATE trace SET run_id = 'victim' WHERE trace_id = 't2'", "trace", "digest", Damage::TRACES),
    ("UPDATE trace_step SET skill_name = 'other' WHERE position = 2", "trace_step", "digest", Damage::STEPS),
    ("UPDATE trace_step SET timestamp = timestamp + 1 WHERE position = 2", "trace_step", "digest", Damage::STEPS),
    ("UPDATE trace_step SET timestamp = 9223372036854775807 WHERE span_id = 's1'", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE trace_step SET timestamp = -9223372036854775807 WHERE span_id = 's1'", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE trace_step SET timestamp = 9223372036854775807 WHERE position = 2", "trace_step", "timestamp", Damage::STEPS),
    ("UPDATE trace_step SET position = 9223372036854775807 WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE trace_step SET span_id = 'zz', timestamp = timestamp + 3 WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE trace_step SET span_id = 'zz' WHERE position = 2", "trace_step", "position", Damage::STEPS),
    ("UPDATE trace_step SET skill_name = 'other' WHERE span_id = 's3'", "trace_step", "digest", Damage::STEPS),
    ("UPDATE system_record SET summary = 'other' WHERE event_type = 'own 3'", "system_record", "digest", Damage::SYSTEM),
    ("UPDATE system_record SET summary = 'other' WHERE event_type = 'platform 1'", "system_record", "digest", Damage::SYSTEM),
    ("UPDATE system_record SET occurred_at = 9223372036854775807 WHERE event_type = 'own 3'", "system_record", "occurred_at", Damage::SYSTEM),
    ("UPDATE system_record SET occurred_at = -9223372036854775807 WHERE event_type = 'platform 1'", "system_record", "occurred_at", Damage::SYSTEM),
    ("UPDATE system_record SET tenant_id = '~platform' WHERE event_type = 'own 3'", "system_record", "digest", Damage::SYSTEM),
    ("UPDATE audit_entry SET after_state = '{\"run_id\":\"r\",\"x\":1}' WHERE event_type = 'audit 1'", "audit_entry", "digest", Damage::AUDIT),
    ("UPDATE audit_entry SET after_state = '{\"x\":1,}' WHERE event_type = 'audit 1'", "audit_entry", "after_state", Damage::AUDIT),
    ("UPDATE audit_entry SET occurred_at = 9223372036854775807 WHERE event_type = 'audit 1'", "audit_entry", "occurred_at", Damage::AUDIT),
    ("UPDATE log_export SET requested_by = 'other' WHERE hex(id) LIKE '%2'", "log_export", "digest", Damage::EXPORTS),
    ("UPDATE log_export_outcome SET checksum = replace(checksum, '0', '1') WHERE hex(id) LIKE '%1'", "log_export", "outcome_digest", Damage::EXPORTS),
    ("UPDATE log_export_outcome SET created_at = created_at + 1 WHERE hex(id) LIKE '%1'", "log_export", "outcome_digest", Damage::EXPORTS),
    ("INSERT INTO log_export_outcome SELECT tenant_id, created_at, x'00000000000080008000000000000004', digest, checksum, delivered_at, failure_reason, salt FROM log_export_outcome WHERE hex(id) LIKE '%1'", "log_export", "outcome_digest", Damage::EXPORTS),
];

/// A file with five records of each kind, to be copied.
async fn filled(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("filled.db");
    let store = open(&path).await;
    populated(&store, &tenant("acme")).await;
    store.close().await.unwrap();
    path
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap()
}

/// A connection that knows nothing of this crate, to a file without guards.
async fn unguarded(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.unwrap();
    let unchecked = "PRAGMA ignore_check_constraints = ON";
    run(&mut connection, unchecked).await;
    let triggers: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    assert!(triggers.len() >= 24, "{triggers:?}");
    for trigger in triggers {
        assert_eq!(
            run(&mut connection, &format!("DROP TRIGGER {trigger}")).await,
            0
        );
    }
    connection
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> u64 {
    let ran = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(connection);
    ran.await.unwrap().rows_affected()
}

/// Does it to a copy of the file, and opens that.
async fn damaged(filled: &Path, sql: &str) -> SqliteStore {
    // The folder goes with the one around it.
    let folder = tempfile::tempdir_in(filled.parent().unwrap()).unwrap();
    let path = folder.keep().join("damaged.db");
    std::fs::copy(filled, &path).unwrap();
    let mut connection = unguarded(&path).await;
    assert!(run(&mut connection, sql).await > 0, "{sql}");
    connection.close().await.unwrap();
    open(&path).await
}

#[tokio::test]
async fn each_damage_is_told_by_every_list_that_meets_it_and_costs_one_record() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let tenant = tenant("acme");
    let store = open(&filled).await;
    let before = walk(&store, &tenant, 1_000).await;
    assert_sound(&before);
    store.close().await.unwrap();
    for &(sql, table, column, methods) in DAMAGES {
        let store = damaged(&filled, sql).await;
        let damage = Damage {
            sql,
            table,
            column,
            methods,
        };
        damage.assert_told(&store, &tenant, &before).await;
        store.close().await.unwrap();
    }
    // The control: opening a copy changes nothing.
    let store = damaged(&filled, "UPDATE llm_run SET model = model").await;
    assert_sound(&walk(&store, &tenant, 2).await);
}

#[tokio::test]
async fn a_record_time_beyond_all_times_does_not_hide_how_the_clock_stands() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let sql = "UPDATE llm_run SET created_at = 9223372036854775807 WHERE run_id = 'r2'";
    let mut connection = unguarded(&filled).await;
    run(&mut connection, sql).await;
    connection.close().await.unwrap();
    let status = SqliteStore::clock_status(&filled, &SystemClock).await;
    let status = status.unwrap();
    assert_eq!(status.later.len(), 1, "{status:?}");
    assert_eq!(
        (status.later[0].records, status.later[0].newest),
        (1, Timestamp::MAX)
    );
}

#[tokio::test]
async fn two_steps_at_one_place_are_told_by_pages_of_any_size() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let tenant = tenant("acme");
    for sql in [
        "UPDATE trace_step SET (position, timestamp) = (SELECT position, timestamp FROM trace_step \
         WHERE position IS NOT NULL ORDER BY position LIMIT 1) WHERE position = 2",
        "UPDATE trace_step SET (span_id, timestamp) = (SELECT span_id, timestamp FROM trace_step \
         WHERE span_id = 's1') WHERE span_id = 's3'",
    ] {
        let store = damaged(&filled, sql).await;
        for limit in [1, 2, 3, 1_000] {
            for walked in walk(&store, &tenant, limit).await {
                let is_told = Damage::STEPS.contains(&walked.method);
                assert_eq!(
                    !walked.errors.is_empty(),
                    is_told,
                    "{sql}, {limit} a page: {walked:?}"
                );
            }
        }
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_damaged_record_of_the_platform_hides_the_others_from_no_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let alter = "UPDATE system_record SET summary = 'other' WHERE event_type = 'platform 1'";
    let store = damaged(&filled, alter).await;
    for (name, own) in [("acme", 5), ("nobody", 0)] {
        for limit in [1, 1_000] {
            let walks = walk(&store, &tenant(name), limit).await;
            let system = walks
                .iter()
                .find(|walk| walk.method == "list_system_records");
            let system = system.unwrap();
            assert_eq!(system.records.len(), own + 1, "{name}: {system:?}");
            assert_eq!(system.errors.len(), 1, "{name}: {system:?}");
        }
    }
}

fn assert_inconsistent<T: std::fmt::Debug>(found: Result<T, StoreError>, place: (&str, &str)) {
    match found {
        Err(StoreError::Inconsistent { table, column, .. }) => {
            assert_eq!((table, column), place);
        }
        other => unreachable!("{place:?}: {other:?}"),
    }
}

#[tokio::test]
async fn reads_by_key_tell_of_a_record_that_was_altered() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let tenant = tenant("acme");
    let later = "SET created_at = created_at + 1";
    let store = damaged(&filled, &format!("UPDATE llm_run {later}")).await;
    let run = store.get_llm_run(&tenant, &run_id("r2")).await;
    assert_inconsistent(run, ("llm_run", "digest"));
    let store = damaged(&filled, &format!("UPDATE audit_entry {later}")).await;
    let entry = store.get_audit_entry(&tenant, &id(2)).await;
    assert_inconsistent(entry, ("audit_entry", "digest"));
    let forged = "UPDATE trace SET run_id = 'victim' WHERE trace_id = 't2'";
    let store = damaged(&filled, forged).await;
    let found = store.get_trace_id_for_run(&tenant, &run_id("victim")).await;
    assert_inconsistent(found, ("trace", "digest"));
    let found = store.get_trace_id_for_run(&tenant, &run_id("r")).await;
    assert_eq!(found.unwrap().unwrap().as_str(), "t0", "the control");
}

#[tokio::test]
async fn reads_by_id_tell_of_each_damage_of_their_record() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let (acme, nobody) = (tenant("acme"), tenant("nobody"));
    // Each record can be read before, and the others after.
    let sound = open(&filled).await;
    let trace = TraceId::new("t2").unwrap();
    assert!(sound.get_trace(&acme, &trace).await.unwrap().is_some());
    for number in [0, 1, 2, 3] {
        let record = sound.get_system_record(&acme, &id(number)).await.unwrap();
        assert!(!record.unwrap().is_platform());
        let export = sound.get_log_export(&acme, &id(number)).await.unwrap();
        assert!(export.unwrap().to_outcome().is_some());
    }
    for (change, column) in [
        ("run_id = 'victim'", "digest"),
        ("created_at = created_at + 1", "digest"),
        ("trace_id = 'other'", "digest"),
        ("digest = x'00000000000000000000000000000000'", "digest"),
        ("created_at = 9223372036854775807", "created_at"),
    ] {
        let alter = format!("UPDATE trace SET {change} WHERE trace_id = 't2'");
        let store = damaged(&filled, &alter).await;
        assert_inconsistent(store.get_trace(&acme, &trace).await, ("trace", column));
        let other = TraceId::new("t1").unwrap();
        assert!(store.get_trace(&acme, &other).await.unwrap().is_some());
    }
    for (change, column) in [
        ("summary = 'other'", "digest"),
        ("created_at = created_at + 1", "digest"),
        ("occurred_at = 9223372036854775807", "occurred_at"),
    ] {
        // The tenant and the platform have records of the same id.
        let alter = format!("UPDATE system_record SET {change} WHERE event_type = 'own 1'");
        let store = damaged(&filled, &alter).await;
        let own = store.get_system_record(&acme, &id(1)).await;
        assert_inconsistent(own, ("system_record", column));
        let platform = store.get_system_record(&nobody, &id(1)).await;
        assert!(platform.unwrap().unwrap().is_platform());
        let alter = format!("UPDATE system_record SET {change} WHERE event_type = 'platform 1'");
        let store = damaged(&filled, &alter).await;
        let platform = store.get_system_record(&nobody, &id(1)).await;
        assert_inconsistent(platform, ("system_record", column));
        let own = store.get_system_record(&acme, &id(1)).await;
        assert!(!own.unwrap().unwrap().is_platform());
    }
    let given = "UPDATE system_record SET tenant_id = '~platform' WHERE event_type = 'own 3'";
    let store = damaged(&filled, given).await;
    let found = store.get_system_record(&acme, &id(3)).await;
    assert_inconsistent(found, ("system_record", "digest"));
    for (table, change, column) in [
        ("log_export", "requested_by = 'other'", "digest"),
        ("log_export", "created_at = created_at + 1", "digest"),
        ("log_export_outcome", "checksum = 'other'", "outcome_digest"),
        (
            "log_export_outcome",
            "created_at = created_at + 1",
            "outcome_digest",
        ),
    ] {
        let alter = format!("UPDATE {table} SET {change} WHERE hex(id) LIKE '%1'");
        let store = damaged(&filled, &alter).await;
        let found = store.get_log_export(&acme, &id(1)).await;
        assert_inconsistent(found, ("log_export", column));
        assert!(store.get_log_export(&acme, &id(2)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_forged_reference_makes_no_governance_event_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let tenant = tenant("acme");
    for (entry, place) in [
        (id(2), ("governance_run", "run_id")),
        (id(77), ("audit_entry", "event_type")),
    ] {
        let bytes: String = entry
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let forged = format!(
            "INSERT INTO governance_run SELECT tenant_id, 'victim', created_at, x'{bytes}' \
             FROM audit_entry LIMIT 1"
        );
        let store = damaged(&filled, &forged).await;
        let of = |run: &str| GovernanceFilter::default().run_id(run_id(run));
        let victim = store
            .get_governance_events(&tenant, &of("victim"), &first(9))
            .await;
        assert!(victim.as_ref().is_err_and(|error| error.place().is_some()));
        assert_inconsistent(victim, place);
        let own = store
            .get_governance_events(&tenant, &of("r"), &first(9))
            .await;
        assert_eq!(own.unwrap().items.len(), 5, "the control");
    }
}

/// Exchanges what two indexes hold, as a damage of the file may.
async fn exchanged(filled: &Path, one: &str, other: &str) -> SqliteStore {
    let exchange = format!(
        "PRAGMA writable_schema = ON; \
         UPDATE sqlite_schema SET rootpage = (SELECT SUM(rootpage) FROM sqlite_schema \
             WHERE name IN ('{one}', '{other}')) - rootpage WHERE name IN ('{one}', '{other}')"
    );
    // The folder goes with the one around it.
    let folder = tempfile::tempdir_in(filled.parent().unwrap()).unwrap();
    let path = folder.keep().join("damaged.db");
    std::fs::copy(filled, &path).unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let ran = sqlx::raw_sql(AssertSqlSafe(exchange)).execute(&mut connection);
    ran.await.unwrap();
    connection.close().await.unwrap();
    open(&path).await
}

#[tokio::test]
async fn a_record_that_was_not_asked_for_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("filled.db");
    let store = open(&path).await;
    let acme = tenant("acme");
    let mut asked = logs_contract::samples::run("r");
    asked.trace_id = Some(logs_contract::samples::trace_id("x"));
    logs_contract::appends::append(&store, &acme, [asked]).await;
    store.close().await.unwrap();
    let model = LlmRunFilter::default().model("x".parse().unwrap());
    // By the index of models, which holds those of traces now.
    let store = exchanged(&path, "llm_run_by_model", "llm_run_by_trace").await;
    let listed = store.list_llm_runs(&acme, &model, &first(9)).await;
    // SQLite reads the model from the index, and the digest does not know it.
    assert_inconsistent(listed, ("llm_run", "digest"));
    // The control: before, there was no such run.
    let store = open(&path).await;
    let listed = store.list_llm_runs(&acme, &model, &first(9)).await;
    assert!(listed.unwrap().items.is_empty());
}
