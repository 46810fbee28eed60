//! Files, folders and standard input, compressed or not.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::zstd::Zstd;

/// How many bytes are read at once.
const CAPACITY: usize = 256 * 1024;

/// The endings of the files of a folder that an import takes, without that of a compression.
const ENDINGS: &[&str] = &["json", "jsonl", "ndjson", "csv", "log"];

/// A file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
}

/// The bytes of a source.
pub(crate) type Reader = Box<dyn BufRead + Send>;

impl Input {
    /// The inputs that a path of the command line stands for: `-` is standard input, a folder its files.
    ///
    /// # Errors
    /// When it is not there, may not be read, or is a folder without such files.
    pub(crate) fn all(path: &Path) -> io::Result<Vec<Self>> {
        if path.as_os_str() == "-" {
            return Ok(vec![Self::Stdin]);
        }
        if path.is_dir() {
            let mut files = Vec::new();
            collect(path, &mut files)?;
            files.sort();
            if files.is_empty() {
                let endings = ENDINGS.join(", .");
                let expected =
                    format!("the folder has no file of .{endings}, or of these with .gz or .zst");
                return Err(io::Error::new(io::ErrorKind::NotFound, expected));
            }
            return Ok(files.into_iter().map(Self::File).collect());
        }
        let input = Self::File(path.to_owned());
        // Who writes to a pipe must find one reader, and not two.
        if input.is_regular() {
            File::open(path)?;
        } else {
            std::fs::metadata(path)?;
        }
        Ok(vec![input])
    }

    /// The name in messages, and `$file` of maps.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    /// The bytes, decompressed, without the mark of the byte order that some programs put before them.
    pub(crate) fn open(&self) -> io::Result<Reader> {
        let mut reader = self.open_whole()?;
        let start = reader.fill_buf()?;
        if start.starts_with(b"\x1f\x8b") {
            let decoder = MultiGzDecoder::new(reader);
            reader = Box::new(BufReader::with_capacity(CAPACITY, decoder));
        } else if start.starts_with(b"\x28\xb5\x2f\xfd") {
            let decoder = Zstd::new(reader);
            reader = Box::new(BufReader::with_capacity(CAPACITY, decoder));
        }
        if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(reader)
    }

    fn open_whole(&self) -> io::Result<Reader> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(CAPACITY, File::open(path)?)),
            Self::Stdin => Box::new(BufReader::with_capacity(CAPACITY, io::stdin())),
        })
    }

    /// Whether it can be read more than once; pipes cannot.
    pub(crate) fn is_regular(&self) -> bool {
        match self {
            Self::File(path) => std::fs::metadata(path).is_ok_and(|file| file.is_file()),
            Self::Stdin => false,
        }
    }

    /// How many bytes there are to read, where that can be told: not behind a compression.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(path) if self.is_regular() && compression(path).is_none() => {
                std::fs::metadata(path).ok().map(|file| file.len())
            }
            Self::File(_) | Self::Stdin => None,
        }
    }

    /// The SHA-256 of a file, which names it when nothing else does.
    pub(crate) fn digest(&self) -> io::Result<String> {
        let mut reader = self.open_whole()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; CAPACITY];
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
        }
        let mut hex = String::from("sha256:");
        for byte in hasher.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Ok(hex)
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            continue;
        }
        let plain = match compression(&path) {
            Some(_) => path.with_extension(""),
            None => path.clone(),
        };
        let ending = plain
            .extension()
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files)?;
        } else if ENDINGS.contains(&ending) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn compression(path: &Path) -> Option<&str> {
    let ending = path.extension().and_then(OsStr::to_str)?;
    ["gz", "zst"].contains(&ending).then_some(ending)
}
