//! Backups: what was acknowledged is in them, they are stores themselves, and nothing is replaced.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::path::Path;

use logs_domain::{
    AppendBatch, CountMode, Draft, LogsReader, LogsWriter, NewTrace, OnConflict, PageRequest,
    StoreError, StoreLifecycle, StoreOptions, SystemClock, TenantId, Total, TraceFilter, TraceId,
};
use logs_sqlite::{Access, SqliteStore};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

const RECORDS: usize = 50;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap()
}

async fn append(store: &SqliteStore, name: &str) {
    let trace = |n| NewTrace::new(TraceId::new(format!("{name} {n}")).unwrap());
    let drafts = (0..RECORDS).map(|n| Draft::from(trace(n)));
    let batch = AppendBatch::new(drafts.collect()).unwrap();
    let reject = OnConflict::RejectCall;
    store.append(&tenant(), &batch, reject).await.unwrap();
}

async fn count(store: &SqliteStore) -> u64 {
    let page = PageRequest::first(1).unwrap().count(CountMode::Exact);
    let (tenant, filter) = (tenant(), TraceFilter::default());
    let listed = store.list_traces(&tenant, &filter, &page).await.unwrap();
    let Total::Exact(count) = listed.total else {
        panic!("{:?}", listed.total);
    };
    count
}

/// What is in a folder apart from the store and its log.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with("logs.db")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_a_store_with_all_that_was_acknowledged_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("logs.db"), folder.path().join("copy.db"));
    let store = open(&path).await;
    append(&store, "before").await;
    let writing = async {
        for n in 0..30 {
            append(&store, &format!("meanwhile {n}")).await;
        }
    };
    let (backup, ()) =
        futures_util::future::join(SqliteStore::backup(&path, &target), writing).await;
    let backup = backup.unwrap();
    assert_eq!(backup.faults, [""; 0]);
    assert_eq!(backup.bytes, std::fs::metadata(&target).unwrap().len());
    assert_eq!(names(folder.path()), ["copy.db"], "nothing else is left");
    let readers = SqliteStore::open_with(&target, Access::ReadOnly, StoreOptions::default());
    let reader = readers.await.unwrap();
    let held = count(&reader).await;
    assert_eq!(held, backup.records);
    assert!(
        held >= RECORDS as u64 && held.is_multiple_of(RECORDS as u64),
        "{held}"
    );
    reader.close().await.unwrap();
    let checks = SqliteStore::doctor_deep(&target, &SystemClock, &|_, _| {})
        .await
        .unwrap();
    assert!(checks.iter().all(|check| check.passed), "{checks:#?}");
    let restored = open(&target).await;
    append(&restored, "after").await;
    assert_eq!(count(&restored).await, held + RECORDS as u64);
    restored.close().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_closed_store_and_one_whose_log_was_not_written_back_are_backed_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await;
    append(&store, "in the log").await;
    // The log of a killed process: everything is in it.
    let killed = folder.path().join("killed.db");
    for suffix in ["", "-wal"] {
        let beside = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(beside(&path), beside(&killed)).unwrap();
    }
    store.close().await.unwrap();
    for (from, to) in [(&path, "one.db"), (&killed, "two.db")] {
        let target = folder.path().join(to);
        let backup = SqliteStore::backup(from, &target).await.unwrap();
        assert_eq!(backup.records, RECORDS as u64);
        let copy = open(&target).await;
        assert_eq!(count(&copy).await, RECORDS as u64);
        copy.close().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_replaced_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await;
    append(&store, "before").await;
    store.close().await.unwrap();
    for taken in ["copy.db", "copy.db-wal", "copy.db-shm", "copy.db-journal"] {
        let file = folder.path().join(taken);
        std::fs::write(&file, "theirs").unwrap();
        let refused = SqliteStore::backup(&path, folder.path().join("copy.db")).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, StoreError::InvalidArgument(_)),
            "{refused:?}"
        );
        assert!(refused.to_string().contains(taken), "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), b"theirs");
        std::fs::remove_file(file).unwrap();
    }
    let itself = SqliteStore::backup(&path, &path).await;
    assert!(matches!(itself, Err(StoreError::InvalidArgument(_))));
    let nowhere = SqliteStore::backup(&path, folder.path().join("no/such/folder.db")).await;
    assert!(
        matches!(nowhere, Err(StoreError::Unavailable { .. })),
        "{nowhere:?}"
    );
    let missing = SqliteStore::backup(folder.path().join("no.db"), folder.path().join("copy.db"));
    assert!(matches!(missing.await, Err(StoreError::Unavailable { .. })));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_damaged_store_makes_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await;
    append(&store, "before").await;
    store.close().await.unwrap();
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .pragma("writable_schema", "ON")
        .connect()
        .await
        .unwrap();
    // Every row breaks a rule that was not there when it was written.
    let rule = "UPDATE sqlite_schema SET sql = replace(sql, 'started_at INTEGER', \
                'started_at INTEGER CHECK (created_at = 0)') WHERE name = 'trace'";
    sqlx::raw_sql(rule).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let target = folder.path().join("copy.db");
    let backup = SqliteStore::backup(&path, &target).await.unwrap();
    assert!(backup.faults[0].contains("CHECK"), "{:?}", backup.faults);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
#[cfg(unix)]
async fn who_may_read_a_backup_is_as_for_the_store() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o600, 0o640] {
        let path = folder.path().join(format!("{mode}.db"));
        open(&path).await.close().await.unwrap();
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).unwrap();
        let target = folder.path().join(format!("{mode}-copy.db"));
        SqliteStore::backup(&path, &target).await.unwrap();
        let copied = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(copied & 0o777, mode);
    }
}
