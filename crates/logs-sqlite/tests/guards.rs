//! What the file itself refuses, also from connections that know nothing of this crate, and what a
//! store tells when somebody got around it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use logs_contract::appends::append;
use logs_contract::ledger::{checkpoint, log_of};
use logs_contract::samples::trace;
use logs_domain::{
    AppendBatch, AuditFilter, Draft, LlmRunFilter, LogExportFilter, LogsLedger, LogsReader,
    LogsWriter, OnConflict, PageRequest, RunId, StoreError, StoreLifecycle, StoreOptions,
    SystemClock, SystemRecordFilter, TenantId, TraceFilter, TraceStepFilter,
};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

const SAMPLE: &str = include_str!("../../../examples/sample/agent-run.ndjson");
const EXPORT: &str = r#"{"log_export":{"id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ad","scope":"audit","format":"json","requested_by":"x"}}
{"log_export_outcome":{"export_id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ad","result":{"failed":{"reason":"x"}}}}"#;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

/// A store with a record in every table.
async fn filled(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap();
    let lines = SAMPLE.lines().chain(EXPORT.lines());
    let drafts = lines.map(|line| Draft::from_json(line).unwrap()).collect();
    let batch = AppendBatch::new(drafts).unwrap();
    store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await
        .unwrap();
    // As many as a hash of a subtree is stored for, and a checkpoint.
    append(
        &store,
        &tenant(),
        (0..256).map(|number| trace(&number.to_string())),
    )
    .await;
    let log = log_of("acme");
    let head = store.head(&log).await.unwrap();
    store
        .store_checkpoint(&log, &checkpoint(head, 1))
        .await
        .unwrap();
    store
}

/// A connection that knows nothing of this crate.
async fn foreign(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap()
}

async fn record_tables(connection: &mut SqliteConnection) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' \
         AND name NOT IN ('store_clock', 'ledger_head')",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    assert!(tables.len() >= 8, "{tables:?}");
    tables
}

async fn run(connection: &mut SqliteConnection, sql: String) -> Result<u64, String> {
    let result = sqlx::query(AssertSqlSafe(sql)).execute(connection).await;
    result
        .map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn no_connection_can_change_remove_or_replace_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = filled(&path).await;
    let mut connection = foreign(&path).await;
    for table in record_tables(&mut connection).await {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let before: i64 = sqlx::query_scalar(AssertSqlSafe(count.clone()))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert!(before > 0, "nothing is tested about {table}");
        for sql in [
            format!("UPDATE {table} SET tenant_id = tenant_id"),
            format!("UPDATE OR REPLACE {table} SET tenant_id = tenant_id"),
            format!("DELETE FROM {table}"),
            format!("REPLACE INTO {table} SELECT * FROM {table}"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
            format!("INSERT OR IGNORE INTO {table} SELECT * FROM {table} LIMIT 1"),
        ] {
            let refused = run(&mut connection, sql.clone()).await;
            assert!(
                refused
                    .as_ref()
                    .is_err_and(|said| said.contains("append-only")),
                "{sql}: {refused:?}"
            );
        }
        // Another key in the place of a row, where places have numbers.
        let mut columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(&table)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let names = columns.join(", ");
        for column in &mut columns {
            if column == "id" {
                *column = "randomblob(16)".to_owned();
            }
        }
        let values = columns.join(", ");
        let over = format!(
            "REPLACE INTO {table} (rowid, {names}) SELECT rowid, {values} FROM {table} LIMIT 1"
        );
        let refused = run(&mut connection, over).await.unwrap_err();
        let no_rowid = refused.contains("no column named rowid");
        assert!(
            no_rowid || refused.contains("append-only"),
            "{table}: {refused}"
        );
        let after: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(after, before, "{table}");
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn no_connection_can_shrink_a_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = filled(&path).await;
    let head = store.head(&log_of("acme")).await.unwrap();
    let mut connection = foreign(&path).await;
    for sql in [
        "DELETE FROM ledger_head",
        "UPDATE ledger_head SET size = size - 1",
        "UPDATE ledger_head SET size = size",
        "UPDATE ledger_head SET tenant_id = 'other', size = size + 1",
        "REPLACE INTO ledger_head SELECT tenant_id, size - 1, frontier FROM ledger_head",
        "INSERT OR REPLACE INTO ledger_head SELECT * FROM ledger_head",
    ] {
        let refused = run(&mut connection, sql.to_owned()).await;
        let is_told = refused
            .as_ref()
            .is_err_and(|said| said.contains("append-only"));
        assert!(is_told, "{sql}: {refused:?}");
    }
    assert_eq!(store.head(&log_of("acme")).await.unwrap(), head);
    append(&store, &tenant(), [trace("the control")]).await;
    let grown = store.head(&log_of("acme")).await.unwrap();
    assert_eq!(grown.size, head.size + 1);
}

#[tokio::test]
async fn every_table_of_records_is_strict_and_has_its_tenant_first_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    filled(&path).await.close().await.unwrap();
    let mut connection = foreign(&path).await;
    for table in record_tables(&mut connection).await {
        let strict: i64 = sqlx::query_scalar("SELECT strict FROM pragma_table_list(?)")
            .bind(&table)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(strict, 1, "{table}");
        let indexes: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_index_list(?)")
            .bind(&table)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(!indexes.is_empty(), "{table}");
        for index in indexes {
            let (column, collation): (String, String) =
                sqlx::query_as("SELECT name, coll FROM pragma_index_xinfo(?) WHERE seqno = 0")
                    .bind(&index)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
            assert_eq!(
                (column.as_str(), collation.as_str()),
                ("tenant_id", "BINARY"),
                "{index}"
            );
        }
    }
    let text = sqlx::query("INSERT INTO store_clock VALUES (2, 'x')").execute(&mut connection);
    assert!(text.await.is_err(), "types are checked");
}

/// Alters a row behind the back of its triggers.
async fn alter(path: &Path, table: &str, change: &str) {
    let mut connection = foreign(path).await;
    run(&mut connection, format!("DROP TRIGGER {table}_no_update"))
        .await
        .unwrap();
    let changed = run(&mut connection, format!("UPDATE {table} SET {change}"))
        .await
        .unwrap();
    assert!(changed > 0, "nothing was altered");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn an_altered_record_is_told_with_its_table_and_column() {
    for (table, change, column) in [
        ("llm_run", "model = 'other'", "digest"),
        ("llm_run", "input_tokens = -1", "input_tokens"),
        ("llm_run", "run_id = ''", "run_id"),
        ("llm_run", "attributes = '{\"b\":1,\"a\":1}'", "attributes"),
        ("trace", "started_at = 0", "digest"),
        ("trace_step", "duration_ms = duration_ms + 1", "digest"),
        ("system_record", "summary = 'other'", "digest"),
        ("audit_entry", "occurred_at = occurred_at + 1", "digest"),
        ("audit_entry", "after_state = NULL", "digest"),
        ("log_export", "requested_by = 'y'", "digest"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs.db");
        let store = filled(&path).await;
        alter(&path, table, change).await;
        let page = PageRequest::default();
        let a = tenant();
        let error = match table {
            "llm_run" => store
                .list_llm_runs(&a, &LlmRunFilter::default(), &page)
                .await
                .err(),
            "trace" => store
                .list_traces(&a, &TraceFilter::default(), &page)
                .await
                .err(),
            "trace_step" => store
                .list_trace_steps(&a, &TraceStepFilter::default(), &page)
                .await
                .err(),
            "system_record" => store
                .list_system_records(&a, &SystemRecordFilter::default(), &page)
                .await
                .err(),
            "audit_entry" => store
                .list_audit_entries(&a, &AuditFilter::default(), &page)
                .await
                .err(),
            _ => store
                .list_log_exports(&a, &LogExportFilter::default(), &page)
                .await
                .err(),
        };
        match error {
            Some(StoreError::Inconsistent {
                table: told,
                column: in_column,
                ..
            }) => {
                assert_eq!((told, in_column), (table, column), "{change}");
            }
            other => panic!("{table} {change}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_row_that_was_moved_to_another_key_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = filled(&path).await;
    alter(&path, "llm_run", "tenant_id = 'other'").await;
    let other = TenantId::new("other").unwrap();
    let listed = store
        .list_llm_runs(&other, &LlmRunFilter::default(), &PageRequest::default())
        .await;
    let told = listed.unwrap_err();
    assert!(
        matches!(
            told,
            StoreError::Inconsistent {
                column: "digest",
                ..
            }
        ),
        "{told:?}"
    );
    let run = RunId::new("run-7f3a").unwrap();
    assert_eq!(store.get_llm_run(&tenant(), &run).await.unwrap(), None);
}

#[tokio::test]
async fn the_doctor_finds_missing_triggers_and_says_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    filled(&path).await.close().await.unwrap();
    let checks = SqliteStore::doctor(&path, &SystemClock).await.unwrap();
    assert!(checks.iter().all(|check| check.passed), "{checks:?}");
    let mut connection = foreign(&path).await;
    run(
        &mut connection,
        "DROP TRIGGER audit_entry_no_replace".to_owned(),
    )
    .await
    .unwrap();
    let checks = SqliteStore::doctor(&path, &SystemClock).await.unwrap();
    let failed: Vec<&str> = checks
        .iter()
        .filter(|check| !check.passed)
        .map(|check| check.name)
        .collect();
    assert_eq!(failed, ["append-only"]);
    let row = sqlx::query("SELECT 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 1);
}
