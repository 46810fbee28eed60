//! Files that are removed or replaced under an open store: nothing is acknowledged that the store at
//! the path does not hold, and nothing is answered from a file that is not there.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use logs_domain::{
    AppendBatch, AuditFilter, Clock, CountMode, Draft, LogsReader, LogsWriter, NewTrace,
    OnConflict, PageRequest, RunId, StoreError, StoreLifecycle, StoreOptions, StoreResult,
    SystemClock, SystemRecordFilter, TenantId, Timestamp, TraceFilter, TraceId, WriteOutcome,
};
use logs_sqlite::{Access, SqliteStore};
use tempfile::TempDir;

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap()
}

async fn append(store: &SqliteStore, name: &str) -> StoreResult<()> {
    let draft = Draft::from(NewTrace::new(TraceId::new(name).unwrap()));
    let batch = AppendBatch::new(vec![draft]).unwrap();
    let reject = OnConflict::RejectCall;
    store.append(&tenant(), &batch, reject).await.map(drop)
}

async fn names(store: &SqliteStore) -> StoreResult<Vec<String>> {
    let (tenant, filter, page) = (tenant(), TraceFilter::default(), PageRequest::default());
    let listed = store.list_traces(&tenant, &filter, &page).await?;
    let name = |trace: &logs_domain::TraceSnapshot| trace.trace_id.as_str().to_owned();
    Ok(listed.items.iter().map(name).collect())
}

/// Checks that the error says what happened to which file, and what to do.
fn is_told(error: &StoreError, file: &str, outcome: WriteOutcome) {
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert_eq!(error.write_outcome(), outcome, "{error}");
    let text = error.to_string();
    for part in [file, "while the store was open", "open it again"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// Asks everything of a store whose files moved, by the name of the one that did.
async fn refuses_everything(store: &SqliteStore, file: &str) {
    let told = |error: StoreError| is_told(&error, file, WriteOutcome::NotApplied);
    let (a, page) = (tenant(), PageRequest::default());
    told(append(store, "lost").await.unwrap_err());
    told(append(store, "first").await.unwrap_err());
    told(store.ready().await.unwrap_err());
    told(store.settled_before(&a).await.unwrap_err());
    told(names(store).await.unwrap_err());
    let exact = page.clone().count(CountMode::Exact);
    let filter = AuditFilter::default();
    let listed = store.list_audit_entries(&a, &filter, &exact).await;
    told(listed.unwrap_err());
    let filter = SystemRecordFilter::default();
    let listed = store.list_system_records(&a, &filter, &page).await;
    told(listed.unwrap_err());
    let run = store.get_llm_run(&a, &RunId::new("r").unwrap()).await;
    told(run.unwrap_err());
    let trace = TraceId::new("first").unwrap();
    let steps = store.get_trace_steps(&a, &trace, &page).await;
    told(steps.unwrap_err());
}

/// A store with one record, in a folder of its own.
async fn store() -> (TempDir, PathBuf, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = open(&path).await;
    append(&store, "first").await.unwrap();
    assert_eq!(names(&store).await.unwrap(), ["first"]);
    (folder, path, store)
}

#[tokio::test]
async fn a_store_whose_files_are_left_alone_goes_on() {
    let (_folder, path, store) = store().await;
    let other = open(&path).await;
    for round in 0..20 {
        append(&store, &format!("one {round}")).await.unwrap();
        append(&other, &format!("other {round}")).await.unwrap();
        store.ready().await.unwrap();
        store.settled_before(&tenant()).await.unwrap();
    }
    assert_eq!(names(&store).await.unwrap().len(), 41);
    // The one that closes last would remove the log; the other is there still.
    other.close().await.unwrap();
    append(&store, "last").await.unwrap();
    store.close().await.unwrap();
    let again = open(&path).await;
    assert_eq!(names(&again).await.unwrap().len(), 42);
    again.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_deleted_is_told_and_not_made_anew() {
    let (folder, path, store) = store().await;
    fs::remove_file(&path).unwrap();
    refuses_everything(&store, "logs.db was removed").await;
    assert!(!path.exists());
    store.close().await.unwrap();
    assert!(!path.exists());
    drop(folder);
}

#[tokio::test]
async fn a_file_that_is_replaced_by_a_copy_is_told() {
    let (folder, path, store) = store().await;
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    fs::rename(&copy, &path).unwrap();
    refuses_everything(&store, "logs.db was replaced").await;
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_replaced_by_another_store_is_told_and_the_other_is_left_alone() {
    let (folder, path, store) = store().await;
    let elsewhere = folder.path().join("other.db");
    let other = open(&elsewhere).await;
    append(&other, "of the other").await.unwrap();
    other.close().await.unwrap();
    fs::rename(&elsewhere, &path).unwrap();
    refuses_everything(&store, "logs.db was replaced").await;
    store.close().await.unwrap();
    fs::remove_file(folder.path().join("logs.db-wal")).unwrap_or_default();
    let other = open(&path).await;
    assert_eq!(names(&other).await.unwrap(), ["of the other"]);
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_log_that_is_deleted_is_told_and_closing_saves_what_it_held() {
    for suffix in ["-wal", "-shm"] {
        let (_folder, path, store) = store().await;
        let beside = format!("{}{suffix}", path.display());
        fs::remove_file(beside).unwrap();
        refuses_everything(&store, &format!("logs.db{suffix} was removed")).await;
        store.close().await.unwrap();
        let again = open(&path).await;
        assert_eq!(names(&again).await.unwrap(), ["first"], "{suffix}");
        append(&again, "second").await.unwrap();
        again.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_is_renamed_is_told_and_renamed_back_is_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    fs::create_dir(&here).unwrap();
    let store = open(&here.join("logs.db")).await;
    append(&store, "first").await.unwrap();
    fs::rename(&here, &there).unwrap();
    refuses_everything(&store, "logs.db was removed or renamed").await;
    fs::rename(&there, &here).unwrap();
    append(&store, "second").await.unwrap();
    store.ready().await.unwrap();
    assert_eq!(names(&store).await.unwrap().len(), 2);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_renamed_and_renamed_back_is_as_before() {
    let (folder, path, store) = store().await;
    let away = folder.path().join("away.db");
    fs::rename(&path, &away).unwrap();
    refuses_everything(&store, "logs.db was removed or renamed").await;
    fs::rename(&away, &path).unwrap();
    append(&store, "second").await.unwrap();
    store.ready().await.unwrap();
    store.close().await.unwrap();
    let again = open(&path).await;
    assert_eq!(names(&again).await.unwrap(), ["second", "first"]);
    again.close().await.unwrap();
}

#[tokio::test]
async fn a_store_that_only_reads_looks_too() {
    let (_folder, path, store) = store().await;
    let options = StoreOptions::default();
    let reader = SqliteStore::open_with(&path, Access::ReadOnly, options);
    let reader = reader.await.unwrap();
    assert_eq!(names(&reader).await.unwrap(), ["first"]);
    fs::remove_file(&path).unwrap();
    let error = names(&reader).await.unwrap_err();
    is_told(&error, "logs.db was removed", WriteOutcome::NotApplied);
    reader.close().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_link_leads_to_the_file_until_it_leads_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    open(&place("one.db")).await.close().await.unwrap();
    open(&place("two.db")).await.close().await.unwrap();
    std::os::unix::fs::symlink(place("one.db"), place("logs.db")).unwrap();
    let store = open(&place("logs.db")).await;
    append(&store, "first").await.unwrap();
    assert!(place("one.db-wal").exists(), "the log is beside the file");
    fs::remove_file(place("logs.db")).unwrap();
    std::os::unix::fs::symlink(place("two.db"), place("logs.db")).unwrap();
    refuses_everything(&store, "logs.db was replaced").await;
    fs::remove_file(place("logs.db")).unwrap();
    std::os::unix::fs::symlink(place("one.db"), place("logs.db")).unwrap();
    append(&store, "second").await.unwrap();
    fs::remove_file(place("one.db-wal")).unwrap();
    refuses_everything(&store, "one.db-wal was removed").await;
    store.close().await.unwrap();
}

/// A clock that renames a file whenever it is asked: in the middle of a transaction.
#[derive(Debug)]
struct Renaming(PathBuf, PathBuf);

impl Clock for Renaming {
    fn now(&self) -> Timestamp {
        // Once it is renamed there is nothing to rename.
        fs::rename(&self.0, &self.1).unwrap_or_default();
        SystemClock.now()
    }

    fn tells_time_of_day(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn what_was_committed_to_a_file_that_is_gone_is_not_acknowledged() {
    for settle in [false, true] {
        let (folder, path, store) = store().await;
        store.close().await.unwrap();
        let away = folder.path().join("away.db");
        let clock = Arc::new(Renaming(path.clone(), away.clone()));
        let options = StoreOptions::default().clock(clock);
        let store = SqliteStore::open(&path, options).await.unwrap();
        let error = if settle {
            store.settled_before(&tenant()).await.map(drop)
        } else {
            append(&store, "second").await
        };
        let error = error.unwrap_err();
        is_told(
            &error,
            "logs.db was removed or renamed",
            WriteOutcome::Unknown,
        );
        assert!(error.is_retryable());
        fs::rename(&away, &path).unwrap();
        let expected: &[&str] = if settle {
            &["first"]
        } else {
            &["second", "first"]
        };
        assert_eq!(names(&store).await.unwrap(), expected);
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_relative_path_is_that_of_the_moment_of_opening() {
    // The working directory belongs to the process: this is the only test that needs one.
    let folder = tempfile::tempdir().unwrap();
    let before = std::env::current_dir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    let opened = SqliteStore::open("logs.db", StoreOptions::default()).await;
    std::env::set_current_dir(before).unwrap();
    let store = opened.unwrap();
    append(&store, "first").await.unwrap();
    assert_eq!(names(&store).await.unwrap(), ["first"]);
    store.ready().await.unwrap();
    store.close().await.unwrap();
    assert!(folder.path().join("logs.db").exists());
    assert!(!Path::new("logs.db").exists());
}

#[tokio::test]
async fn memory_is_no_file() {
    for path in ["", ":memory:"] {
        let refused = SqliteStore::open(path, StoreOptions::default()).await;
        assert!(
            matches!(refused, Err(StoreError::InvalidArgument(_))),
            "{refused:?}"
        );
    }
}
