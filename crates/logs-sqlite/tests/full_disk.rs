//! A disk without a free byte: what is stored is sent again without room, and nothing else is taken.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use logs_domain::{
    AppendBatch, Draft, LogsWriter, NewTrace, OnConflict, RecordOutcome, StoreLifecycle,
    StoreOptions, StoreResult, TenantId, TraceId, WriteOutcome,
};
use logs_sqlite::SqliteStore;

/// Mounts a file system at `$1` until its input ends, however the other process does.
const WATCHDOG: &str = r#"
cd / || exit 1
trap '' INT HUP
trap : TERM
if mount -t tmpfs -o size=4m tmpfs "$1"; then
    echo ready
    cat
    umount "$1" || umount -l "$1"
fi
rmdir "$1"
"#;

/// A file system of four megabytes, unmounted when the test ends, also by a panic.
struct SmallDisk {
    watchdog: Child,
    path: PathBuf,
}

impl SmallDisk {
    /// None without the rights to make one.
    fn new() -> Option<Self> {
        let path = tempfile::tempdir().unwrap().keep();
        let watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&path)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut disk = Self { watchdog, path };
        let mut first = [0; 6];
        let output = disk.watchdog.stdout.as_mut()?;
        output.read_exact(&mut first).is_ok().then_some(disk)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Its status tells nothing that a test could use.
        let _ = self.watchdog.wait();
    }
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, StoreOptions::default())
        .await
        .unwrap()
}

/// Appends a batch and tells how many of its records were there.
async fn append(store: &SqliteStore, name: &str) -> StoreResult<usize> {
    let trace = |n| NewTrace::new(TraceId::new(format!("{name} {n}")).unwrap());
    let batch = AppendBatch::new((0..100).map(|n| Draft::from(trace(n))).collect()).unwrap();
    let tenant = TenantId::new("acme").unwrap();
    let receipt = store
        .append(&tenant, &batch, OnConflict::RejectCall)
        .await?;
    Ok(receipt.count(RecordOutcome::AlreadyStored))
}

fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    while file.write_all(&[0]).is_ok() {}
}

#[tokio::test]
async fn what_is_stored_is_sent_again_without_room_for_anything() {
    let Some(disk) = SmallDisk::new() else {
        println!("not tested: making a small file system needs more rights");
        return;
    };
    let folder = disk.path.clone();
    let path = folder.join("logs.db");
    let store = open(&path).await;
    for name in ["0", "1"] {
        assert_eq!(append(&store, name).await.unwrap(), 0);
    }
    fill(&folder.join("ballast"));
    // Another program, that has the file open too, knows of nothing.
    let other = open(&path).await;
    for store in [&store, &other] {
        for name in ["0", "1", "0"] {
            assert_eq!(append(store, name).await.unwrap(), 100, "{name}");
        }
        // The control: there is no room for others, once what is left of pages is used up.
        let mut more = 0;
        let error = loop {
            if let Err(error) = append(store, &format!("more {more}")).await {
                break error;
            }
            more += 1;
            assert!(more < 1_000, "the disk never fills");
        };
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!(error.write_outcome(), WriteOutcome::NotApplied);
    }
    std::fs::remove_file(folder.join("ballast")).unwrap();
    assert_eq!(append(&other, "last").await.unwrap(), 0);
    other.close().await.unwrap();
    store.close().await.unwrap();
    drop(disk);
    assert!(!folder.exists(), "the small disk stays mounted");
}
