//! Each value of a store that the ledger covers, altered around the triggers: the check finds it. So is each row
//! that was removed or inserted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use logs_contract::appends::append;
use logs_contract::damage::populated;
use logs_contract::ledger::{checkpoint, log_of};
use logs_contract::samples::{tenant, trace};
use logs_domain::{LedgerLog, LogsLedger, PageLimit, RecordKind, StoreLifecycle, StoreOptions};
use logs_proof::{Finding, Problem, Summary, check_log};
use logs_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// Tables that no entry covers. The doctor compares them with the records.
const NOT_COVERED: &[&str] = &["store_clock", "governance_run"];

/// A file with records of every kind, 256 more, and a checkpoint.
async fn filled(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("filled.db");
    let store = SqliteStore::open(&path, StoreOptions::default())
        .await
        .unwrap();
    populated(&store, &tenant("acme")).await;
    append(
        &store,
        &tenant("acme"),
        (0..256).map(|number| trace(&format!("more {number}"))),
    )
    .await;
    let head = store.head(&log_of("acme")).await.unwrap();
    store
        .store_checkpoint(&log_of("acme"), &checkpoint(head, 1))
        .await
        .unwrap();
    store.close().await.unwrap();
    path
}

async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.connect().await.unwrap()
}

async fn strings(connection: &mut SqliteConnection, sql: String) -> Vec<String> {
    let found = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection);
    found.await.unwrap()
}

/// The tables that the ledger covers or is made of.
async fn tables(connection: &mut SqliteConnection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = strings(connection, sql.to_owned()).await;
    tables.retain(|table| !NOT_COVERED.contains(&table.as_str()));
    assert_eq!(tables.len(), RecordKind::ALL.len() + 4, "{tables:?}");
    tables
}

/// Does it to a copy of the file, around its guards, and checks all logs of that.
async fn findings(filled: &Path, sql: &str) -> (Vec<Finding>, Summary) {
    let path = filled.with_file_name("damaged.db");
    std::fs::copy(filled, &path).unwrap();
    let mut connection = connect(&path).await;
    let triggers = "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'";
    let mut statements = vec!["PRAGMA ignore_check_constraints = ON".to_owned()];
    statements.extend(strings(&mut connection, triggers.to_owned()).await);
    for statement in statements {
        let run = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection);
        run.await.unwrap();
    }
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut connection);
    let done = done.await.map(|done| done.rows_affected());
    assert!(done.as_ref().is_ok_and(|rows| *rows > 0), "{sql}: {done:?}");
    connection.close().await.unwrap();

    let store = SqliteStore::open(&path, StoreOptions::default())
        .await
        .unwrap();
    let listed = store.ledger_logs(None, PageLimit::MAX).await.unwrap();
    let mut logs: BTreeSet<LedgerLog> = listed.into_iter().map(|status| status.log).collect();
    logs.extend([log_of("acme"), LedgerLog::Platform]);
    let (mut found, mut sum) = (Vec::new(), Summary::default());
    for log in &logs {
        let summary = check_log(&store, log, &mut |finding| found.push(finding), &|_, _| ())
            .await
            .unwrap();
        sum.entries += summary.entries;
        sum.not_covered += summary.not_covered;
        sum.findings += summary.findings;
    }
    store.close().await.unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(filled.with_file_name(format!("damaged.db{suffix}")));
    }
    assert_eq!(found.len() as u64, sum.findings);
    (found, sum)
}

/// Another literal of SQL than this one, as `quote` gives it.
fn altered(literal: &str, declared: &str) -> String {
    if let Ok(number) = literal.parse::<i64>() {
        // Not the last bit: keys next to each other are taken.
        return (number ^ (1 << 20)).to_string();
    }
    if let Some(hex) = literal.strip_prefix("X'") {
        let flipped = if hex.ends_with("8'") { '0' } else { '8' };
        return format!("X'{}{flipped}'", &hex[..hex.len() - 2]);
    }
    match (literal, declared) {
        ("NULL", "INTEGER") => "1".to_owned(),
        ("NULL", "BLOB") => "X'00'".to_owned(),
        ("NULL", _) => "'x'".to_owned(),
        (text, _) => {
            let mut text: Vec<char> = text.chars().collect();
            let last = text.len() - 2;
            text[last] = if text[last] == 'x' { 'y' } else { 'x' };
            text.into_iter().collect()
        }
    }
}

#[tokio::test]
async fn an_altered_value_of_any_column_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let (found, sound) = findings(&filled, "UPDATE llm_run SET model = model").await;
    assert_eq!(found, [], "the control");
    assert!(sound.entries > 256 && sound.not_covered == 0, "{sound:?}");
    let mut connection = connect(&filled).await;
    let (mut killed, mut survivors) = (0, Vec::new());
    for table in tables(&mut connection).await {
        let columns: Vec<(String, String)> =
            sqlx::query_as("SELECT name, type FROM pragma_table_info(?)")
                .bind(&table)
                .fetch_all(&mut connection)
                .await
                .unwrap();
        for (column, declared) in columns {
            let sql =
                format!("SELECT quote({column}) FROM {table} WHERE tenant_id = 'acme' LIMIT 1");
            let before = strings(&mut connection, sql).await.remove(0);
            let after = altered(&before, &declared);
            let alter = format!(
                "UPDATE {table} SET {column} = {after} \
                 WHERE tenant_id = 'acme' AND {column} IS {before}"
            );
            let (found, _) = findings(&filled, &alter).await;
            let is_of_kind = RecordKind::ALL.iter().any(|kind| {
                kind.as_str() == table
                    && found.iter().any(|finding| {
                        let named = finding.id.is_some() && finding.index.is_some();
                        finding.kind == Some(kind.number()) && named
                    })
            });
            let is_told = is_of_kind || (table.starts_with("ledger_") && !found.is_empty());
            killed += usize::from(is_told);
            if !is_told {
                survivors.push(format!("{alter}: {found:?}"));
            }
        }
    }
    println!(
        "altered columns found: {killed} of {}",
        killed + survivors.len()
    );
    assert!(survivors.is_empty(), "{survivors:#?}");
    assert!(killed > 100, "{killed}");
}

#[tokio::test]
async fn a_row_that_was_removed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let mut connection = connect(&filled).await;
    for table in tables(&mut connection).await {
        let columns = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0");
        let key = strings(&mut connection, columns).await.join(", ");
        let delete = format!(
            "DELETE FROM {table} WHERE ({key}) IN \
             (SELECT {key} FROM {table} WHERE tenant_id = 'acme' LIMIT 1)"
        );
        let (found, _) = findings(&filled, &delete).await;
        let kind = RecordKind::ALL.iter().find(|kind| kind.as_str() == table);
        let is_told = |finding: &Finding| match kind {
            Some(kind) => {
                finding.problem == Problem::Missing && finding.kind == Some(kind.number())
            }
            None => true,
        };
        if table == "ledger_checkpoint" {
            // Only a copy outside of the store can tell.
            assert_eq!(found, []);
        } else {
            assert!(found.iter().any(is_told), "{delete}: {found:?}");
        }
        assert!(kind.is_none() || found.len() == 1, "{delete}: {found:?}");
    }
}

#[tokio::test]
async fn a_row_that_was_inserted_is_told_from_one_that_was_never_covered() {
    let folder = tempfile::tempdir().unwrap();
    let filled = filled(&folder).await;
    let mut connection = connect(&filled).await;
    for kind in RecordKind::ALL.iter().copied() {
        let columns = format!("SELECT name FROM pragma_table_info('{kind}')");
        let columns = strings(&mut connection, columns).await;
        let insert = |salt: &str| {
            let values = columns.iter().map(|column| match column.as_str() {
                "id" => "X'00000000000080008000000000ABCDEF'",
                "salt" => salt,
                column => column,
            });
            let values = values.collect::<Vec<_>>().join(", ");
            format!(
                "INSERT INTO {kind} SELECT {values} FROM {kind} WHERE tenant_id = 'acme' LIMIT 1"
            )
        };
        let (found, summary) = findings(&filled, &insert("salt")).await;
        let problems: Vec<_> = found.iter().map(|finding| &finding.problem).collect();
        assert_eq!(problems, [&Problem::Inserted], "{kind}");
        assert_eq!(
            (found[0].kind, summary.not_covered),
            (Some(kind.number()), 0)
        );
        let (found, summary) = findings(&filled, &insert("NULL")).await;
        assert_eq!((found, summary.not_covered), (vec![], 1), "{kind}");
    }
}
