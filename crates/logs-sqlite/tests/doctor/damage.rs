//! A store of sample data, and damages that are made in it with other programs.

use std::path::Path;

use logs_domain::{
    AppendBatch, Draft, LogsWriter, NewSystemRecord, OnConflict, PlatformBatch, PlatformWriter,
    StoreLifecycle, StoreOptions, TenantId,
};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

pub(crate) const SAMPLE: &str = include_str!("../../../../examples/sample/agent-run.ndjson");
const EXPORT: &str = r#"{"log_export":{"id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ad","scope":"audit","format":"json","requested_by":"x"}}
{"log_export_outcome":{"export_id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ad","result":{"failed":{"reason":"x"}}}}
{"log_export":{"id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ae","scope":"audit","format":"json","requested_by":"x"}}
{"log_export_outcome":{"export_id":"018f4e5c-8f4e-7c3a-8b4e-0123456789ae","result":{"completed":{"checksum":"sha256:00","delivered_at":"2026-03-02T10:15:00Z"}}}}"#;
const PLATFORM: &str = r#"{"system_record":{"id":"019cae2f-1c00-7000-8000-0000000000f1",
    "component":"db","event_type":"MIGRATION","severity":"INFO","summary":"schema 1"}}"#;

/// How many runs, and entries about limits, there are beside the sample.
pub(crate) const MORE: usize = 600;

/// A closed store with records in every table, of two tenants and the platform.
pub(crate) async fn filled(path: &Path) {
    let store = SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap();
    let run = |n| {
        format!(
            r#"{{"llm_run":{{"run_id":"r{n}","trace_id":"t{n}","provider":"p","model":"m{}",
            "execution_status":"SUCCEEDED","started_at":"2026-01-01T00:00:00Z","source":"SDK","parent_run_id":"r0"}}}}"#,
            n % 7
        )
    };
    let entry = |n| {
        format!(
            r#"{{"audit_entry":{{"id":"018f4e5c-8f4e-7c3a-8b4e-000000{n:06x}","event_type":"LimitUpdated",
            "entity_type":"LIMIT","entity_id":"l","actor_type":"HUMAN",
            "after_state":{{"run_id":"r{n}","source_run_id":"other"}}}}}}"#
        )
    };
    for tenant in ["acme", "other"] {
        let lines = SAMPLE.lines().chain(EXPORT.lines()).map(ToOwned::to_owned);
        let more = (0..MORE).flat_map(|n| [run(n), entry(n)]);
        let drafts: Vec<Draft> = lines
            .chain(more)
            .map(|line| Draft::from_json(&line).unwrap())
            .collect();
        let tenant = TenantId::new(tenant).unwrap();
        let batch = AppendBatch::new(drafts).unwrap();
        let reject = OnConflict::RejectCall;
        store.append(&tenant, &batch, reject).await.unwrap();
    }
    let Draft::SystemRecord(record) = Draft::from_json(PLATFORM).unwrap() else {
        panic!("a system record");
    };
    let record: NewSystemRecord = record;
    let batch = PlatformBatch::new(vec![record]).unwrap();
    let reject = OnConflict::RejectCall;
    store.append_platform(&batch, reject).await.unwrap();
    store.close().await.unwrap();
}

/// A connection that knows nothing of this crate, for each statement a new one.
pub(crate) async fn run(path: &Path, sql: &str) {
    let mut connection: SqliteConnection = SqliteConnectOptions::new()
        .filename(path)
        .pragma("writable_schema", "ON")
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

pub(crate) async fn text(path: &Path, sql: &str) -> String {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap();
    let text = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    text
}

/// Changes rows of a table with its triggers out of the way, which stand there again afterwards.
pub(crate) async fn behind_triggers(path: &Path, table: &str, change: &str) {
    let triggers = ["update", "delete", "replace"].map(|what| format!("{table}_no_{what}"));
    let mut again = Vec::new();
    for trigger in &triggers {
        let sql = format!("SELECT sql FROM sqlite_schema WHERE name = '{trigger}'");
        again.push(text(path, &sql).await);
        run(path, &format!("DROP TRIGGER {trigger}")).await;
    }
    run(path, change).await;
    for sql in again {
        run(path, &sql).await;
    }
}

/// Empties an index that the schema still describes as before.
async fn empty_index(path: &Path, index: &str) {
    let sql = format!("SELECT sql FROM sqlite_schema WHERE name = '{index}'");
    let before = text(path, &sql).await.replace('\'', "''");
    let (start, _) = before.split_once(" WHERE").unwrap_or((&before, ""));
    let change =
        |sql: &str| format!("UPDATE sqlite_schema SET sql = '{sql}' WHERE name = '{index}'");
    run(path, &change(&format!("{start} WHERE tenant_id IS NULL"))).await;
    run(path, &format!("REINDEX {index}")).await;
    run(path, &change(&before)).await;
}

/// Flips one bit in the first entry of the first page of an index: in the tenant, which every index
/// begins with.
pub(crate) async fn flip(path: &Path, index: &str) {
    let of = format!("FROM sqlite_schema, pragma_page_size WHERE name = '{index}'");
    let page = text(
        path,
        &format!("SELECT CAST((rootpage - 1) * page_size AS TEXT) {of}"),
    )
    .await;
    let page: usize = page.parse().unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    // https://sqlite.org/fileformat2.html: the kind of the page, and where its first entry is.
    let header = if bytes[page] == 2 { 12 } else { 8 };
    let entry = u16::from_be_bytes([bytes[page + header], bytes[page + header + 1]]);
    let entry = page + usize::from(entry);
    let is_tenant = |at: &usize| {
        let text = &bytes[*at..];
        [&b"acme"[..], b"other", b"~platform"]
            .iter()
            .any(|tenant| text.starts_with(tenant))
    };
    let tenant = (entry..entry + 64).find(is_tenant).unwrap();
    bytes[tenant + 1] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// A damage, by name, in a store file.
pub(crate) async fn damage(path: &Path, name: &str) {
    match name {
        "none" => {}
        "trigger dropped" => run(path, "DROP TRIGGER llm_run_no_update").await,
        "trigger emptied" => {
            let empty = "DROP TRIGGER llm_run_no_update; CREATE TRIGGER llm_run_no_update \
                         BEFORE UPDATE ON llm_run BEGIN SELECT 1; END";
            run(path, empty).await;
        }
        "trigger that cannot be understood" => {
            let broken = "UPDATE sqlite_schema SET sql = 'CREATE TRIGGER nonsense' \
                          WHERE name = 'llm_run_no_update'";
            run(path, broken).await;
        }
        "trigger that swallows records" => {
            let swallow = "CREATE TRIGGER swallow BEFORE INSERT ON llm_run \
                           BEGIN SELECT RAISE(IGNORE); END";
            run(path, swallow).await;
        }
        "index dropped" => run(path, "DROP INDEX llm_run_by_model").await,
        "index of other columns" => {
            let other = "DROP INDEX llm_run_by_model; \
                         CREATE INDEX llm_run_by_model ON llm_run (tenant_id, model)";
            run(path, other).await;
        }
        "CHECK removed" => {
            let changed = "UPDATE sqlite_schema SET sql = replace(sql, \
                           'CHECK (is_synthetic IN (0, 1))', '') WHERE name = 'llm_run'";
            run(path, changed).await;
        }
        "table added" => run(path, "CREATE TABLE theirs (a)").await,
        "view added" => run(path, "CREATE VIEW theirs AS SELECT * FROM llm_run").await,
        "indexes with the same pages" => {
            let shared = "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema \
                          WHERE name = 'llm_run_by_trace') WHERE name = 'llm_run_by_model'";
            run(path, shared).await;
        }
        "table forgotten" => {
            let forgotten = "DELETE FROM sqlite_schema WHERE tbl_name = 'trace_step'";
            run(path, forgotten).await;
        }
        "table that cannot be understood" => {
            let broken = "UPDATE sqlite_schema SET sql = 'CREATE TABLE trace_step' \
                          WHERE name = 'trace_step'";
            run(path, broken).await;
        }
        "table with pages that are not there" => {
            let nowhere = "UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'trace_step'";
            run(path, nowhere).await;
        }
        "mark without its table" => run(path, "DROP TABLE store_clock").await,
        "another encoding" => {
            // The header says how text is encoded, at byte 56.
            let mut bytes = std::fs::read(path).unwrap();
            bytes[59] = 2;
            std::fs::write(path, bytes).unwrap();
        }
        "other journal mode" => run(path, "PRAGMA journal_mode = DELETE").await,
        "index emptied" => empty_index(path, "llm_run_by_model").await,
        "partial index emptied" => empty_index(path, "audit_entry_governance").await,
        "bit of an index flipped" => flip(path, "trace_step_by_time").await,
        "bit of a key flipped" => flip(path, "sqlite_autoindex_system_record_2").await,
        "run altered" => {
            let change = "UPDATE llm_run SET model = 'x' WHERE run_id = 'r7'";
            behind_triggers(path, "llm_run", change).await;
        }
        "runs swapped" => {
            let change = "UPDATE llm_run SET run_id = CASE run_id WHEN 'r7' THEN 'r8' ELSE 'r7' \
                          END WHERE run_id IN ('r7', 'r8')";
            behind_triggers(path, "llm_run", change).await;
        }
        "run of another tenant" => {
            let change = "UPDATE llm_run SET tenant_id = 'third' WHERE run_id = 'r7' \
                          AND tenant_id = 'acme'";
            behind_triggers(path, "llm_run", change).await;
        }
        "step altered" => {
            let change = "UPDATE trace_step SET duration_ms = duration_ms + 1";
            behind_triggers(path, "trace_step", change).await;
        }
        "trace altered" => {
            let change = "UPDATE trace SET run_id = 'x'";
            behind_triggers(path, "trace", change).await;
        }
        "record of the platform altered" => {
            let change = "UPDATE system_record SET summary = 'x' WHERE tenant_id = '~platform'";
            behind_triggers(path, "system_record", change).await;
        }
        "entry altered" => {
            let change = "UPDATE audit_entry SET actor_id = 'x' WHERE entity_id = 'l'";
            behind_triggers(path, "audit_entry", change).await;
        }
        "outcome altered" => {
            let change = "UPDATE log_export_outcome SET failure_reason = 'y' \
                          WHERE failure_reason IS NOT NULL";
            behind_triggers(path, "log_export_outcome", change).await;
        }
        "reference forged" => {
            let forged = "INSERT INTO governance_run SELECT tenant_id, 'forged', created_at, id \
                          FROM audit_entry WHERE tenant_id = 'acme' LIMIT 1";
            run(path, forged).await;
        }
        "reference to nothing" => {
            let forged = "INSERT INTO governance_run VALUES ('acme', 'r7', 0, zeroblob(16))";
            run(path, forged).await;
        }
        "references missing" => {
            let change = "DELETE FROM governance_run WHERE run_id = 'r7'";
            behind_triggers(path, "governance_run", change).await;
        }
        "run deleted" => {
            let change = "DELETE FROM llm_run WHERE run_id = 'r7' AND tenant_id = 'acme'";
            behind_triggers(path, "llm_run", change).await;
        }
        "number never given" => {
            let change = "UPDATE llm_run SET rowid = -5 WHERE run_id = 'r7' AND tenant_id = 'acme'";
            behind_triggers(path, "llm_run", change).await;
        }
        "entry deleted" => {
            let change = "DELETE FROM audit_entry WHERE entity_id = 'l' AND tenant_id = 'acme' \
                          AND created_at = (SELECT MIN(created_at) FROM audit_entry) \
                          AND after_state LIKE '%\"r7\"%'";
            behind_triggers(path, "audit_entry", change).await;
        }
        "export deleted" => {
            let change = "DELETE FROM log_export WHERE tenant_id = 'acme'";
            behind_triggers(path, "log_export", change).await;
        }
        "mark moved back" => run(path, "UPDATE store_clock SET latest = 0").await,
        "mark moved ahead" => {
            run(path, "UPDATE store_clock SET latest = 253402300799999999").await;
        }
        "mark removed" => run(path, "DELETE FROM store_clock").await,
        other => panic!("how is `{other}` made?"),
    }
}
