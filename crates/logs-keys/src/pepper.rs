//! The secret of the operator, outside the store.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const BYTES: usize = 32;

/// Why a pepper is not there.
#[derive(Debug, thiserror::Error)]
pub enum PepperError {
    /// The file cannot be read or made.
    #[error("the pepper {file}: {source}")]
    File {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file has other content.
    #[error("the pepper {file}: expected 64 hexadecimal digits, as `logs keys issue` writes them")]
    Content {
        /// The file.
        file: String,
    },
    /// Others may read the file.
    #[error("the pepper {file}: others may read it; allow it to its owner alone: chmod 600 {file}")]
    Open {
        /// The file.
        file: String,
    },
}

/// The secret of the operator, outside the store: 256 random bits. Whoever has it and may write to the store can
/// make keys. The debug form shows nothing of it.
#[derive(Clone)]
pub struct Pepper([u8; BYTES]);

impl fmt::Debug for Pepper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pepper(…)")
    }
}

impl Pepper {
    /// A new one, of random bytes of the system.
    ///
    /// # Errors
    /// The system has none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the pepper of a file.
    ///
    /// # Errors
    /// The file is not there, has other content, or others may read it.
    pub fn read(file: &Path) -> Result<Self, PepperError> {
        let name = || file.display().to_string();
        let failed = |source| PepperError::File {
            file: name(),
            source,
        };
        let text = fs::read_to_string(file).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(file).map_err(failed)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(PepperError::Open { file: name() });
            }
        }
        let mut bytes = [0; BYTES];
        let decoded = hex::decode_to_slice(text.trim(), &mut bytes);
        decoded.map_err(|_| PepperError::Content { file: name() })?;
        Ok(Self(bytes))
    }

    /// Reads the pepper of a file, or makes one that only its owner may read. The answer says whether it made one.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when the file cannot be made.
    pub fn read_or_make(file: &Path) -> Result<(Self, bool), PepperError> {
        let name = || file.display().to_string();
        let failed = |source| PepperError::File {
            file: name(),
            source,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut made = match options.open(file) {
            Ok(made) => made,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Self::read(file).map(|pepper| (pepper, false));
            }
            Err(error) => return Err(failed(error)),
        };
        let pepper = Self::random().map_err(|error| failed(error.into()))?;
        let text = hex::encode(pepper.0) + "\n";
        made.write_all(text.as_bytes()).map_err(failed)?;
        made.sync_all().map_err(failed)?;
        Ok((pepper, true))
    }

    /// The HMAC-SHA-256 of parts, each with its length before it, so that no two lists of parts are alike.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of every length");
        };
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    pub(crate) fn seal(&self, purpose: &str, parts: &[&[u8]]) -> String {
        hex::encode(self.mac(purpose, parts).finalize().into_bytes())
    }

    /// Whether a seal is that of these parts, in a time that does not depend on the seal.
    pub(crate) fn confirms(&self, seal: &str, purpose: &str, parts: &[&[u8]]) -> bool {
        let seal = hex::decode(seal).unwrap_or_default();
        self.mac(purpose, parts).verify_slice(&seal).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Pepper, PepperError};

    #[test]
    fn a_seal_is_of_its_pepper_purpose_and_parts() {
        let pepper = Pepper::random().unwrap();
        let seal = pepper.seal("a", &[b"bc", b"d"]);
        assert!(pepper.confirms(&seal, "a", &[b"bc", b"d"]));
        assert!(!pepper.confirms(&seal, "a", &[b"b", b"cd"]));
        assert!(!pepper.confirms(&seal, "b", &[b"bc", b"d"]));
        assert!(!pepper.confirms("", "a", &[b"bc", b"d"]));
        assert!(
            !Pepper::random()
                .unwrap()
                .confirms(&seal, "a", &[b"bc", b"d"])
        );
    }

    #[test]
    fn a_file_is_made_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pepper");
        assert!(matches!(Pepper::read(&file), Err(PepperError::File { .. })));
        let (made, is_new) = Pepper::read_or_make(&file).unwrap();
        assert!(is_new);
        let (read, is_new) = Pepper::read_or_make(&file).unwrap();
        assert!(!is_new);
        assert_eq!(made.seal("a", &[]), read.seal("a", &[]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let open = std::fs::Permissions::from_mode(0o640);
            std::fs::set_permissions(&file, open).unwrap();
            assert!(matches!(Pepper::read(&file), Err(PepperError::Open { .. })));
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::write(&file, "short").unwrap();
        assert!(matches!(
            Pepper::read(&file),
            Err(PepperError::Content { .. })
        ));
        assert!(matches!(
            Pepper::read_or_make(&file),
            Err(PepperError::Content { .. })
        ));
    }
}
