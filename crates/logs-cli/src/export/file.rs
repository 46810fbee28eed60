//! A file that gets its name only when it is complete.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// The paths of an export: the file, and the manifest beside it.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) file: PathBuf,
    pub(crate) manifest: PathBuf,
}

impl Destination {
    pub(crate) fn new(file: &Path) -> Self {
        let mut manifest = OsString::from(file);
        manifest.push(".manifest.json");
        Self {
            file: file.to_owned(),
            manifest: manifest.into(),
        }
    }

    /// The existing one of the two files, if any.
    pub(crate) fn taken(&self) -> Option<&Path> {
        let paths = [self.file.as_path(), self.manifest.as_path()];
        paths
            .into_iter()
            .find(|path| path.symlink_metadata().is_ok())
    }

    /// The two paths.
    pub(crate) fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        }
    }

    /// Gives both files their names, and replaces no file. After an error, neither exists.
    pub(crate) fn publish(&self, file: NamedTempFile, manifest: &[u8]) -> io::Result<()> {
        let mut beside = temporary(self.folder())?;
        beside.write_all(manifest)?;
        beside.as_file().sync_all()?;
        file.persist_noclobber(&self.file)?;
        if let Err(error) = beside.persist_noclobber(&self.manifest) {
            std::fs::remove_file(&self.file)?;
            return Err(error.error);
        }
        let durable = sync_folder(self.folder());
        if durable.is_err() {
            std::fs::remove_file(&self.file)?;
            std::fs::remove_file(&self.manifest)?;
        }
        durable
    }
}

/// A file in progress, with the digest of its bytes. Dropping it deletes the file.
#[derive(Debug)]
pub(crate) struct EvidenceFile {
    file: NamedTempFile,
    digest: Sha256,
    bytes: u64,
}

impl EvidenceFile {
    /// A file in the folder of `place`.
    pub(crate) fn create(place: &Destination) -> io::Result<Self> {
        Ok(Self {
            file: temporary(place.folder())?,
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    /// Syncs the file to the disk. Returns the file, its SHA-256 in hexadecimal and its length in
    /// bytes.
    pub(crate) fn finish(self) -> io::Result<(NamedTempFile, String, u64)> {
        self.file.as_file().sync_all()?;
        let digest = self.digest.finalize();
        let hex = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((self.file, hex, self.bytes))
    }
}

impl Write for EvidenceFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.digest.update(buffer.get(..written).unwrap_or(buffer));
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A name is durable only after a sync of its folder. Some systems cannot sync folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".logs-export-").suffix(".partial");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for every new file, the umask decides who may read it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Destination, EvidenceFile};

    #[test]
    fn a_file_appears_when_it_is_complete_and_replaces_none() {
        let folder = tempfile::tempdir().unwrap();
        let place = Destination::new(&folder.path().join("a.ndjson"));
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        let mut file = EvidenceFile::create(&place).unwrap();
        file.write_all(b"abc").unwrap();
        assert!(place.taken().is_none());
        let (file, sha256, bytes) = file.finish().unwrap();
        let of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((sha256.as_str(), bytes), (of_abc, 3));
        place.publish(file, b"{}").unwrap();
        assert_eq!(std::fs::read(&place.file).unwrap(), b"abc");
        assert_eq!(std::fs::read(&place.manifest).unwrap(), b"{}");
        assert_eq!((place.taken(), names()), (Some(place.file.as_path()), 2));

        std::fs::remove_file(&place.file).unwrap();
        let (again, ..) = EvidenceFile::create(&place).unwrap().finish().unwrap();
        assert!(place.publish(again, b"{}").is_err());
        assert!(!place.file.exists());
        assert_eq!(names(), 1);
    }
}
