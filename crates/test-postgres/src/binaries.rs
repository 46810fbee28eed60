//! Where the binaries of PostgreSQL are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, fetch};

/// Names the folder of the binaries, before every other place.
const VARIABLE: &str = "LOGS_TEST_POSTGRES_BIN";

/// Names the major version that is wanted, such as `17`.
const VERSION: &str = "LOGS_TEST_POSTGRES_VERSION";

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
/// the usual places, or a fetched one. With `LOGS_TEST_POSTGRES_VERSION`, one of that major version.
///
/// # Errors
/// [`NoBinaries`](Error::NoBinaries) when there are none, with what to do about it.
pub fn find() -> Result<PathBuf, Error> {
    if let Some(folder) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        return if complete(&folder) {
            Ok(folder)
        } else {
            let reason = format!("{VARIABLE} names {}, which has no initdb", folder.display());
            Err(Error::NoBinaries { reason })
        };
    }
    let wanted = match std::env::var(VERSION) {
        Ok(text) => Some(text.parse().map_err(|_| Error::NoBinaries {
            reason: format!("{VERSION} is {text}, which is no major version"),
        })?),
        Err(_) => None,
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let fits = |folder: &PathBuf| {
        complete(folder) && wanted.is_none_or(|wanted| major(folder) == Some(wanted))
    };
    if let Some(folder) = std::env::split_paths(&path).find(fits) {
        return Ok(real(folder));
    }
    match installed(PLACES, wanted) {
        Some(folder) => Ok(folder),
        None => fetch::fetch(wanted),
    }
}

/// The major version of the programs in a folder.
fn major(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres"))
        .arg("--version")
        .output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    let version = text
        .split_whitespace()
        .find(|word| word.starts_with(|character: char| character.is_ascii_digit()))?;
    version.split('.').next()?.parse().ok()
}

/// Where the programs of a folder are, which may be links: beside the real ones are all the others,
/// and the libraries.
fn real(folder: PathBuf) -> PathBuf {
    let program = std::fs::canonicalize(folder.join("postgres"));
    let beside = program
        .ok()
        .and_then(|program| Some(program.parent()?.to_owned()));
    beside.filter(|beside| complete(beside)).unwrap_or(folder)
}

/// Whether a folder has what a cluster needs.
fn complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

/// The newest complete installation in the usual places, or that of a major version.
fn installed(places: &[(&str, &str)], wanted: Option<u32>) -> Option<PathBuf> {
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
                && wanted.is_none_or(|wanted| wanted == version)
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
        let older = make("16", &all);
        assert!(!complete(&make("18", &["initdb", "pg_ctl"])));
        let place = root.path().to_str().unwrap();
        assert_eq!(installed(&[(place, "")], None), Some(newest));
        assert_eq!(installed(&[(place, "")], Some(16)), Some(older));
        assert_eq!(installed(&[(place, "")], Some(18)), None);
        assert_eq!(installed(&[("/nowhere", "")], None), None);
    }
}
