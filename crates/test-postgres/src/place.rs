//! Where a cluster is: a folder on a disk, and its data in memory where they may be lost.
//!
//! `CREATE DATABASE` copies hundreds of small files. That takes 10 to 20 ms in memory, and 20 to 120 ms on
//! a disk that others write to as well. The socket, the log and copied programs stay on the disk: a file
//! system in memory is often mounted `noexec`.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::server::Durability;

/// How the names of folders begin.
const PREFIX: &str = "test-postgres-";

/// The file that everyone keeps locked who uses the folder or removes it.
const LOCK: &str = "lock";

/// Where Linux has a file system in memory for everyone.
const MEMORY: &str = "/dev/shm";

/// What must be free there, and in memory, for one more cluster. The greatest one of the tests takes
/// a sixth of it, and two or three are there at once.
const ROOM: u64 = 3 << 30;

/// The folder of a cluster. Who drops it before [`keep`](Self::keep) removes it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    /// The folder of the data in memory, if they are there.
    memory: Option<PathBuf>,
    lock: File,
}

impl Place {
    /// Makes a folder, and removes those that processes left who are gone with their watchdogs.
    pub(crate) fn new(durability: Durability) -> Result<Self, Error> {
        let disk = temporary();
        let memory = Path::new(MEMORY);
        sweep(&disk, memory);
        let io = || Error::io("making the folder of the cluster");
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix(PREFIX).tempdir_in(disk).map_err(io())?;
        // There when it is locked: a folder with a lock that nobody has is a leftover.
        let beside = folder.path().join("lock.new");
        let lock = File::create(&beside).map_err(io())?;
        lock.lock().map_err(io())?;
        std::fs::rename(beside, folder.path().join(LOCK)).map_err(io())?;
        let mut place = Self {
            folder,
            memory: None,
            lock,
        };
        if durability == Durability::Off && has_room(memory) {
            place.memory = place.data_in(memory);
        }
        Ok(place)
    }

    /// Links the data to a folder of the same name in `memory`.
    fn data_in(&self, memory: &Path) -> Option<PathBuf> {
        let folder = memory.join(self.folder.path().file_name()?);
        DirBuilder::new().mode(0o700).create(&folder).ok()?;
        match std::os::unix::fs::symlink(&folder, self.folder.path().join("data")) {
            Ok(()) => Some(folder),
            Err(_) => {
                // The data are on the disk then.
                let _ = std::fs::remove_dir(&folder);
                None
            }
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn memory(&self) -> Option<&Path> {
        self.memory.as_deref()
    }

    /// A handle of the lock. The folder is in use as long as somebody has one.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        let io = Error::io("sharing the lock of the cluster's folder");
        self.lock.try_clone().map_err(io)
    }

    /// Leaves the folder to whoever has handles of its lock.
    pub(crate) fn keep(mut self) -> PathBuf {
        self.memory = None;
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(memory) = &self.memory {
            // A later start removes what is left.
            let _ = std::fs::remove_dir_all(memory);
        }
    }
}

/// A folder with a short path, for the socket, that every user can reach.
fn temporary() -> PathBuf {
    let short = PathBuf::from("/tmp");
    if short.is_dir() {
        short
    } else {
        std::env::temp_dir()
    }
}

/// Removes the folders of clusters whose users and watchdogs are gone. A server that still runs in one
/// stops by itself when it misses its files, which it looks for each minute.
fn sweep(disk: &Path, memory: &Path) {
    let Ok(entries) = std::fs::read_dir(disk) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours {
            sweep_one(disk, memory, &name);
        }
    }
}

fn sweep_one(disk: &Path, memory: &Path, name: &OsStr) {
    let folder = disk.join(name);
    // Others' folders cannot be opened, and one that is being made has no lock yet.
    let Ok(lock) = File::open(folder.join(LOCK)) else {
        return;
    };
    if lock.try_lock().is_ok() {
        // The data first: the folder is what they are found by. Another process may be at it too.
        let _ = std::fs::remove_dir_all(memory.join(name));
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// Whether a folder is in memory, with room for one more cluster.
#[cfg(target_os = "linux")]
fn has_room(folder: &Path) -> bool {
    /// `TMPFS_MAGIC` of `linux/magic.h`.
    const TMPFS: u64 = 0x0102_1994;
    let Ok(system) = rustix::fs::statfs(folder) else {
        return false;
    };
    let size = u64::try_from(system.f_bsize).unwrap_or_default();
    let free = system.f_bavail.saturating_mul(size);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    // Its type is another one on each architecture.
    let is_tmpfs = u64::try_from(system.f_type).is_ok_and(|kind| kind == TMPFS);
    is_tmpfs && free >= ROOM && available(&memory) >= ROOM
}

/// Elsewhere there is no such place that everyone has.
#[cfg(not(target_os = "linux"))]
fn has_room(_: &Path) -> bool {
    false
}

/// The bytes that programs can have without others being written out, by `/proc/meminfo`.
#[cfg(target_os = "linux")]
fn available(text: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: Option<u64> = kib.and_then(|kib| kib.trim().parse().ok());
    kib.unwrap_or_default().saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use super::{LOCK, PREFIX, Place, sweep};
    use crate::server::Durability;

    /// A cluster's folder with data in memory; what it is locked by, if it is.
    fn leftover(disk: &Path, memory: &Path, name: &str, locked: bool) -> Option<File> {
        for place in [disk, memory] {
            std::fs::create_dir(place.join(name)).unwrap();
            std::fs::write(place.join(name).join("file"), "x").unwrap();
        }
        let lock = File::create(disk.join(name).join(LOCK)).unwrap();
        locked.then(|| {
            lock.lock().unwrap();
            lock
        })
    }

    #[test]
    fn what_nobody_has_locked_is_swept_on_the_disk_and_in_memory() {
        let (disk, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (disk, memory) = (disk.path(), memory.path());
        let [left, used, new, other] =
            ["left", "used", "new", "other"].map(|name| format!("{PREFIX}{name}"));
        let other = other.replacen("test", "best", 1);
        assert!(leftover(disk, memory, &left, false).is_none());
        let lock = leftover(disk, memory, &used, true);
        assert!(leftover(disk, memory, &other, false).is_none());
        std::fs::create_dir(disk.join(&new)).unwrap();
        sweep(disk, memory);
        for place in [disk, memory] {
            assert!(!place.join(&left).exists(), "{}", place.display());
            assert!(place.join(&used).join("file").exists());
            assert!(place.join(&other).join("file").exists());
        }
        assert!(disk.join(&new).exists(), "one that is being made");
        // A child that another test is starting has a copy of the handle until it runs its program.
        lock.unwrap().unlock().unwrap();
        sweep(disk, memory);
        assert!(!disk.join(&used).exists() && !memory.join(&used).exists());
    }

    #[test]
    fn a_folder_is_used_until_its_last_user_is_gone_and_removed_when_nobody_keeps_it() {
        let place = Place::new(Durability::On).unwrap();
        assert_eq!(place.memory(), None, "what must last is on a disk");
        let folder = place.folder().to_owned();
        let watchdog = place.lock().unwrap();
        let locked = || File::open(folder.join(LOCK)).unwrap().try_lock().is_err();
        assert_eq!(place.keep(), folder);
        assert!(locked(), "the watchdog has it");
        drop(watchdog);
        // A child that another test is starting may have it a moment longer: this waits for the last one.
        File::open(folder.join(LOCK)).unwrap().lock().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();

        let place = Place::new(Durability::Off).unwrap();
        let folder = place.folder().to_owned();
        let memory = place.memory().map(Path::to_owned);
        drop(place);
        assert!(!folder.exists());
        assert!(memory.is_none_or(|memory| !memory.exists()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_is_no_memory_and_memory_is_counted_in_bytes() {
        use super::{available, has_room};
        assert!(!has_room(Path::new("/proc")));
        assert!(!has_room(Path::new("/nowhere")));
        let text = "MemTotal:       24683520 kB\nMemAvailable:   23617892 kB\nBuffers: 1 kB\n";
        assert_eq!(available(text), 23_617_892 * 1024);
        assert_eq!(available("MemTotal: 1 kB"), 0);
    }
}
