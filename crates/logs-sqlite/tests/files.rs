//! Files that are locked, read-only, full, broken or not ours: a clear error, and nothing lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use logs_domain::{
    AppendBatch, Draft, LogsReader, LogsWriter, NewTrace, OnConflict, PageRequest, StoreError,
    StoreLifecycle, StoreOptions, StoreResult, TenantId, TraceFilter, TraceId, WriteOutcome,
};
use logs_sqlite::{Access, SqliteStore};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn batch(name: &str, records: usize) -> AppendBatch {
    let trace = |n| NewTrace::new(TraceId::new(format!("{name} {n}")).unwrap());
    AppendBatch::new((0..records).map(|n| Draft::from(trace(n))).collect()).unwrap()
}

async fn open(path: &Path) -> StoreResult<SqliteStore> {
    SqliteStore::open(path, StoreOptions::default()).await
}

async fn append(store: &SqliteStore, name: &str, records: usize) -> StoreResult<()> {
    let batch = batch(name, records);
    store
        .append(&tenant(), &batch, OnConflict::RejectCall)
        .await
        .map(|_| ())
}

async fn count(store: &SqliteStore) -> usize {
    let page = PageRequest::first(1000).unwrap();
    store
        .list_traces(&tenant(), &TraceFilter::default(), &page)
        .await
        .unwrap()
        .items
        .len()
}

#[tokio::test]
async fn a_file_that_another_process_has_locked_pushes_back_and_works_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await.unwrap();
    append(&store, "before", 1).await.unwrap();
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let error = append(&store, "locked", 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Pushback { .. }), "{error:?}");
    assert_eq!(
        (error.is_retryable(), error.write_outcome()),
        (true, WriteOutcome::NotApplied)
    );
    // Readers go on beside a writer.
    assert_eq!(count(&store).await, 1);
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    append(&store, "locked", 1).await.unwrap();
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn a_store_that_is_opened_for_reading_answers_and_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let missing = SqliteStore::open_with(&path, Access::ReadOnly, StoreOptions::default()).await;
    assert!(
        matches!(missing, Err(StoreError::Unavailable { .. })),
        "{missing:?}"
    );
    assert!(!path.exists(), "asking makes no file");
    let writer = open(&path).await.unwrap();
    append(&writer, "before", 3).await.unwrap();
    let reader = SqliteStore::open_with(&path, Access::ReadOnly, StoreOptions::default());
    let reader = reader.await.unwrap();
    reader.ready().await.unwrap();
    assert_eq!(count(&reader).await, 3);
    let error = append(&reader, "new", 1).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly), "{error:?}");
    append(&writer, "new", 1).await.unwrap();
    assert_eq!(count(&reader).await, 4);
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        .execute(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(error.to_string().contains("another application"), "{error}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        before,
        "not a byte is changed"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_or_broken_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, but long enough to have a header of one\n".repeat(90),
    )
    .unwrap();
    let error = open(&text).await.unwrap_err();
    assert!(
        error.to_string().contains("not an SQLite database"),
        "{error}"
    );
    assert!(open(folder.path()).await.is_err(), "a folder is no file");
    assert!(
        open(&folder.path().join("no/such/folder.db"))
            .await
            .is_err()
    );

    let path = folder.path().join("logs.db");
    let store = open(&path).await.unwrap();
    append(&store, "before", 900).await.unwrap();
    store.close().await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let mut told = 0;
    for keep in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 4096] {
        std::fs::write(&path, &bytes[..keep]).unwrap();
        told += usize::from(is_told(&path).await);
    }
    assert_eq!(told, 3, "every truncation is an error, not a shorter list");
}

/// Whether opening or reading a file says that it is damaged.
async fn is_told(path: &Path) -> bool {
    let Ok(store) = open(path).await else {
        return true;
    };
    let page = PageRequest::first(1000).unwrap();
    let listed = store
        .list_traces(&tenant(), &TraceFilter::default(), &page)
        .await;
    let told = listed.is_err();
    store.close().await.unwrap();
    told
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    open(&path).await.unwrap().close().await.unwrap();
    let mut other = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql("PRAGMA user_version = 999")
        .execute(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(
        matches!(error, StoreError::SchemaMismatch { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("999"), "{error}");
}

#[tokio::test]
async fn two_processes_that_open_an_empty_file_at_once_both_get_a_store() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs.db");
        let openings = (0..8).map(|_| open(&path));
        for store in futures_util::future::join_all(openings).await {
            store.unwrap().ready().await.unwrap();
        }
        assert_eq!(
            SqliteStore::schema_status(&path)
                .await
                .unwrap()
                .pending
                .len(),
            0
        );
    }
}

/// A file system of one megabyte, where the process may make one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(folder.path());
        mount
            .output()
            .is_ok_and(|done| done.status.success())
            .then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(self.0.path()).status();
        assert!(
            unmounted.is_ok_and(|status| status.success()),
            "the small disk stays mounted"
        );
    }
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_everything_acknowledged_stays() {
    let Some(disk) = SmallDisk::new() else {
        println!("not tested: making a small file system needs more rights");
        return;
    };
    let path = disk.0.path().join("logs.db");
    let store = open(&path).await.unwrap();
    let mut acknowledged = 0;
    let error = loop {
        match append(&store, &format!("{acknowledged}"), 100).await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 1000, "the disk never fills");
    };
    assert!(acknowledged > 0);
    assert!(error.to_string().contains("full"), "{error}");
    assert!(error.is_retryable());
    let filter = TraceFilter::default();
    let request = PageRequest::first(1)
        .unwrap()
        .count(logs_domain::CountMode::Exact);
    let total = store
        .list_traces(&tenant(), &filter, &request)
        .await
        .unwrap()
        .total;
    assert_eq!(total, logs_domain::Total::Exact(100 * acknowledged));
    let again = batch("0", 100);
    let receipt = store
        .append(&tenant(), &again, OnConflict::RejectCall)
        .await
        .unwrap();
    assert_eq!(
        receipt.count(logs_domain::RecordOutcome::AlreadyStored),
        100
    );
    store.close().await.unwrap();
    drop(disk);
}

#[tokio::test]
async fn a_backup_onto_a_full_disk_is_an_error_and_leaves_nothing() {
    let Some(disk) = SmallDisk::new() else {
        println!("not tested: making a small file system needs more rights");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await.unwrap();
    append(&store, "before", 9_000).await.unwrap();
    let error = SqliteStore::backup(&path, disk.0.path().join("copy.db")).await;
    let error = error.unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(std::fs::read_dir(disk.0.path()).unwrap().count(), 0);
    append(&store, "after", 1).await.unwrap();
    store.close().await.unwrap();
    drop(disk);
}

/// Nobody may write the file: by the file system where this process may do anything, else by its
/// permissions.
#[tokio::test]
async fn a_file_that_cannot_be_written_is_told_and_stays_as_it_was() {
    let disk = SmallDisk::new();
    let folder = tempfile::tempdir().unwrap();
    let place = disk.as_ref().map_or(folder.path(), |disk| disk.0.path());
    let path = place.join("logs.db");
    let store = open(&path).await.unwrap();
    append(&store, "before", 3).await.unwrap();
    store.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let writable = |writable: bool| match &disk {
        Some(disk) => {
            let option = if writable { "remount,rw" } else { "remount,ro" };
            let mut mount = Command::new("mount");
            let done = mount.args(["-o", option]).arg(disk.0.path()).status();
            assert!(done.unwrap().success());
        }
        None => {
            for place in [place, &path] {
                let mut permissions = std::fs::metadata(place).unwrap().permissions();
                let mode = permissions.mode();
                let all = 0o222;
                permissions.set_mode(if writable { mode | 0o200 } else { mode & !all });
                std::fs::set_permissions(place, permissions).unwrap();
            }
        }
    };
    writable(false);
    let refused = match open(&path).await {
        Ok(store) => append(&store, "new", 1).await.unwrap_err(),
        Err(error) => error,
    };
    let unchanged = std::fs::read(&path).unwrap() == before;
    writable(true);
    // On a file system that takes nothing, not even the log beside the file can be opened.
    let told = match &disk {
        Some(_) => refused.to_string().contains("cannot be opened"),
        None => matches!(refused, StoreError::ReadOnly),
    };
    assert!(told, "{refused:?}");
    assert_eq!(refused.write_outcome(), WriteOutcome::NotApplied);
    assert!(unchanged);
    let store = open(&path).await.unwrap();
    append(&store, "new", 1).await.unwrap();
    assert_eq!(count(&store).await, 4);
    store.close().await.unwrap();
    drop(disk);
}

#[tokio::test]
async fn appends_that_are_dropped_anywhere_leave_whole_batches_and_a_usable_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("logs.db")).await.unwrap();
    for polls in 0..60 {
        let batch = batch(&format!("dropped after {polls}"), 7);
        let (acme, reject) = (tenant(), OnConflict::RejectCall);
        let mut appending = Box::pin(store.append(&acme, &batch, reject));
        for _ in 0..polls {
            let finished = futures_util::poll!(appending.as_mut()).is_ready();
            if finished {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(appending);
        append(&store, &format!("after {polls}"), 1).await.unwrap();
        assert_eq!(
            (count(&store).await - polls - 1) % 7,
            0,
            "half a batch after {polls} polls"
        );
    }
}
