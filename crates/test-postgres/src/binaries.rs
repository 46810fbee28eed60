//! Where the binaries of PostgreSQL are.

use std::path::{Path, PathBuf};

use crate::{Error, fetch};

/// Names the folder of the binaries, before every other place.
const VARIABLE: &str = "LOGS_TEST_POSTGRES_BIN";

/// Folders whose numbered subfolders hold an installation each: Debian and Ubuntu, Fedora and
/// others, Homebrew on either kind of Mac.
const PLACES: &[(&str, &str)] = &[
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
];

/// The oldest major version that is taken.
const OLDEST: u32 = 15;

/// The folder with `initdb`, `pg_ctl` and `postgres`: that of the variable, of `PATH`, the newest of
/// the usual places, or a fetched one.
pub(crate) fn find() -> Result<PathBuf, Error> {
    if let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        return if complete(&folder) {
            Ok(folder)
        } else {
            let reason = format!("{VARIABLE} names {}, which has no initdb", folder.display());
            Err(Error::NoBinaries { reason })
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&path).find(|folder| complete(folder)) {
        return Ok(folder);
    }
    match installed(PLACES) {
        Some(folder) => Ok(folder),
        None => fetch::fetch(),
    }
}

/// Whether a folder has what a cluster needs. Programs in `PATH` may be links; beside the real
/// ones are the libraries.
fn complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// The newest complete installation in the usual places.
fn installed(places: &[(&str, &str)]) -> Option<PathBuf> {
    let mut found = Vec::new();
    for (place, prefix) in places {
        let Ok(entries) = std::fs::read_dir(place) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
            let version: Option<u32> = version.and_then(|version| version.parse().ok());
            let folder = entry.path().join("bin");
            if let Some(version) = version
                && version >= OLDEST
                && complete(&folder)
            {
                found.push((version, folder));
            }
        }
    }
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::{complete, installed};

    #[test]
    fn the_newest_complete_installation_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let make = |version: &str, programs: &[&str]| {
            let bin = root.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            for program in programs {
                std::fs::write(bin.join(program), "").unwrap();
            }
            bin
        };
        let all = ["initdb", "pg_ctl", "postgres"];
        make("14", &all);
        let newest = make("17", &all);
        make("16", &all);
        assert!(!complete(&make("18", &["initdb", "pg_ctl"])));
        let place = root.path().to_str().unwrap();
        assert_eq!(installed(&[(place, "")]), Some(newest));
        assert_eq!(installed(&[("/nowhere", "")]), None);
    }
}
