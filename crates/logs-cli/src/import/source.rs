//! Where records come from, and in which form.

mod csv_rows;
mod document;
mod limited;
mod lines;

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use logs_domain::InvalidValue;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::json::Json;
use super::{Location, Rejected};

/// The most bytes of one record. A longer one is refused without reading it into memory.
pub(crate) const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The most bytes of one line.
pub(crate) const MOST_LINE_BYTES: usize = 1024 * 1024;

/// How much is kept of a line that is too long.
const SHOWN_BYTES: usize = 64;

/// The form of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One JSON object on each line
    #[value(name = "ndjson", alias = "jsonl")]
    #[serde(alias = "ndjson")]
    Jsonl,
    /// Comma-separated values with a header
    Csv,
    /// One JSON document
    Json,
    /// A trace exported by Langfuse
    Langfuse,
}

/// What is to be known of a source to read it, besides its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The members from the top of a JSON document to its records.
    pub(crate) records: Vec<String>,
    /// What separates the cells of CSV.
    pub(crate) delimiter: u8,
    /// The columns of CSV without a line of names.
    pub(crate) columns: Option<Vec<String>>,
    /// The columns that CSV must have; of each group, one.
    pub(crate) needed: Vec<Vec<String>>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            delimiter: b',',
            columns: None,
            needed: Vec::new(),
        }
    }
}

/// One record of a source.
#[derive(Clone, Debug)]
pub(crate) struct RawRecord {
    pub(crate) location: Location,
    /// The record as it stands in the source, on one line, to write refused ones elsewhere.
    pub(crate) text: String,
    pub(crate) value: Json,
}

/// What a source hands out: records, and what it could not read as one, with its bytes.
pub(crate) type Found = Result<RawRecord, (Rejected, Vec<u8>)>;

/// Why a source cannot be read to its end.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The file or the pipe failed.
    Io(io::Error),
    /// What stands there has no end, or is broken so that no further record can be found.
    Broken(Rejected),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "it cannot be read: {error}"),
            Self::Broken(bad) => write!(formatter, "{bad}"),
        }
    }
}

/// A file, or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    File(PathBuf),
    Stdin,
}

impl Input {
    /// `-` is standard input.
    pub(crate) fn new(path: PathBuf) -> Self {
        if path.as_os_str() == "-" {
            Self::Stdin
        } else {
            Self::File(path)
        }
    }

    /// The name in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    /// The bytes, without the mark of the byte order that some programs put before them.
    pub(crate) fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        let mut reader = self.open_whole()?;
        let mut start = Vec::new();
        reader.by_ref().take(3).read_to_end(&mut start)?;
        if start == b"\xef\xbb\xbf" {
            return Ok(reader);
        }
        Ok(Box::new(io::Cursor::new(start).chain(reader)))
    }

    fn open_whole(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(256 * 1024, File::open(path)?)),
            Self::Stdin => Box::new(BufReader::new(io::stdin())),
        })
    }

    /// Looks whether it can be opened at all.
    ///
    /// # Errors
    /// When it is not there, may not be read, or is a folder.
    pub(crate) fn check(&self) -> io::Result<()> {
        match self {
            Self::File(path) if path.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Self::File(path) if self.is_regular() => File::open(path).map(|_| ()),
            // Who writes to a pipe must find one reader, and not two.
            Self::File(path) => std::fs::metadata(path).map(|_| ()),
            Self::Stdin => Ok(()),
        }
    }

    /// Whether it can be read more than once; pipes cannot.
    pub(crate) fn is_regular(&self) -> bool {
        match self {
            Self::File(path) => std::fs::metadata(path).is_ok_and(|file| file.is_file()),
            Self::Stdin => false,
        }
    }

    /// How many bytes there are, where that can be told.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(path) if self.is_regular() => {
                std::fs::metadata(path).ok().map(|file| file.len())
            }
            Self::File(_) | Self::Stdin => None,
        }
    }

    /// The SHA-256 of a file, which names it when nothing else does.
    pub(crate) fn digest(&self) -> io::Result<String> {
        let mut reader = self.open_whole()?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
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

    /// The first line of a file, such as the names of the columns of CSV.
    pub(crate) fn first_line(&self) -> io::Result<String> {
        let mut line = Vec::new();
        if self.is_regular() {
            self.open()?
                .take(MOST_LINE_BYTES as u64)
                .read_until(b'\n', &mut line)?;
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// The form of the source, by a look at its first line: a record of ours is one line with one
    /// member; anything else in JSON is taken for a trace of Langfuse. An empty file has no form.
    pub(crate) fn detect(&self) -> io::Result<Format> {
        let Self::File(path) = self else {
            return Ok(Format::Jsonl);
        };
        if !self.is_regular() || path.extension().is_none_or(|ending| ending != "json") {
            return Ok(Format::Jsonl);
        }
        let first = self.first_line()?;
        match Json::parse(&first) {
            Err(_) if self.len() == Some(0) => Ok(Format::Jsonl),
            Ok(Json::Object(members)) if members.len() == 1 => Ok(Format::Jsonl),
            _ => Ok(Format::Langfuse),
        }
    }
}

/// Hands out every record of a source, in order. `take` answers whether to go on.
///
/// # Errors
/// When the source cannot be read any further.
pub(crate) fn read(
    reader: Box<dyn BufRead + Send>,
    format: Format,
    shape: &Shape,
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    match format {
        Format::Jsonl => lines::read(reader, take),
        Format::Csv => csv_rows::read(reader, shape, take),
        Format::Json => document::read(reader, &shape.records, take),
        Format::Langfuse => document::read(reader, &[], take),
    }
}

/// A record that could not be read.
fn bad(location: Location, bytes: &[u8], expected: impl Into<String>) -> Found {
    let error = InvalidValue::new("record", String::from_utf8_lossy(bytes), expected.into());
    Err((Rejected { location, error }, bytes.to_vec()))
}

/// A source that is broken here.
fn broken(location: Location, expected: impl Into<String>) -> Unreadable {
    let error = InvalidValue::new("record", "", expected.into());
    Unreadable::Broken(Rejected { location, error })
}
