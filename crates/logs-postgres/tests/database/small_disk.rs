//! A small file system, with a watchdog that unmounts it however the tests end.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Mounts a file system at `$1` with the options `$2`, and unmounts it at the end of its input: that is
/// a pipe, which the system closes however the other process ends. Whoever has a file open there, such
/// as a server that is about to be stopped, keeps it until it ends.
const WATCHDOG: &str = r#"
cd / || exit 1
trap '' INT HUP
trap : TERM
if mount -t tmpfs -o "$2" tmpfs "$1"; then
    echo ready
    cat
    umount "$1" || umount -l "$1"
fi
rmdir "$1"
"#;

/// A file system of 32 MB for the user of a server, where the process may make one.
pub(crate) struct SmallDisk {
    watchdog: Child,
    pub(crate) path: PathBuf,
}

impl SmallDisk {
    /// Makes one beside a folder, of its owner. None without the rights to make one.
    pub(crate) fn beside(folder: &Path) -> Option<Self> {
        let owner = std::fs::metadata(folder).unwrap();
        let path = tempfile::tempdir_in(folder.parent().unwrap())
            .unwrap()
            .keep();
        let options = format!("size=32m,mode=700,uid={},gid={}", owner.uid(), owner.gid());
        let mut watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&path)
            .arg(options)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let output = watchdog.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut first).unwrap();
        let disk = Self { watchdog, path };
        (first == "ready\n").then_some(disk)
    }

    /// Fills it to the last byte by a file of this name.
    pub(crate) fn fill(&self, name: &str) {
        let mut file = File::create(self.path.join(name)).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        // What of a page did not fit.
        while file.write_all(&[0]).is_ok() {}
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path.join(name)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Its status tells nothing that a test could use.
        let _ = self.watchdog.wait();
    }
}

/// Whether something is mounted at a path.
pub(crate) fn is_mounted(path: &Path) -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut places = mounts.lines().filter_map(|line| line.split(' ').nth(1));
    places.any(|place| Path::new(place) == path)
}

#[test]
fn a_small_disk_goes_with_its_test_however_that_ends() {
    let beside = tempfile::tempdir().unwrap();
    let folder = beside.path().join("server");
    std::fs::create_dir(&folder).unwrap();
    let Some(disk) = SmallDisk::beside(&folder) else {
        eprintln!("not tested: making a small file system needs more rights");
        return;
    };
    let path = disk.path.clone();
    assert!(is_mounted(&path));
    // Who is told to end waits for the process that holds it.
    let id = disk.watchdog.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(told.success());
    assert!(is_mounted(&path));
    let open = File::create(path.join("open")).unwrap();
    let panics = std::panic::AssertUnwindSafe(move || {
        let _disk = disk;
        std::panic::resume_unwind(Box::new("a test fails"));
    });
    assert!(std::panic::catch_unwind(panics).is_err());
    assert!(!is_mounted(&path), "unmounted, though a file is open");
    assert!(!path.exists());
    drop(open);
}
