//! Where records come from, and in which form.

mod csv_rows;
mod document;
mod limited;
mod lines;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use clap::ValueEnum;
use logs_domain::InvalidValue;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::json::Json;
use super::{Bad, Location};

/// The most bytes of one record. A longer one is refused without reading it into memory.
pub(crate) const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The most bytes of one line.
pub(crate) const MOST_LINE_BYTES: usize = 1024 * 1024;

/// The form of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One JSON object on each line
    #[value(name = "ndjson", alias = "jsonl")]
    #[serde(alias = "ndjson")]
    Jsonl,
    /// Comma-separated values with a line of names
    Csv,
    /// One JSON document
    Json,
    /// A trace as Langfuse exports it
    Langfuse,
}

/// One record of a source.
#[derive(Clone, Debug)]
pub(crate) struct RawRecord {
    pub(crate) location: Location,
    /// The record as it stands in the source, on one line, to write refused ones elsewhere.
    pub(crate) text: String,
    pub(crate) value: Json,
}

/// What a source hands out: records, and what it could not read as one, with its text.
pub(crate) type Found = Result<RawRecord, (Bad, String)>;

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

    pub(crate) fn open(&self) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(256 * 1024, File::open(path)?)),
            Self::Stdin => Box::new(BufReader::new(io::stdin())),
        })
    }

    /// How many bytes there are, where that can be told.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(path) => std::fs::metadata(path)
                .ok()
                .filter(std::fs::Metadata::is_file)
                .map(|file| file.len()),
            Self::Stdin => None,
        }
    }

    /// The SHA-256 of a file, which names it when nothing else does.
    pub(crate) fn digest(&self) -> io::Result<String> {
        let mut reader = self.open()?;
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
        if let Self::File(_) = self {
            self.open()?
                .take(MOST_LINE_BYTES as u64)
                .read_until(b'\n', &mut line)?;
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// The form of the source, by a look at its first line: a record of ours is one line with one
    /// member; anything else in JSON is taken for a trace of Langfuse.
    pub(crate) fn detect(&self) -> io::Result<Format> {
        let Self::File(path) = self else {
            return Ok(Format::Jsonl);
        };
        if path.extension().is_none_or(|ending| ending != "json") {
            return Ok(Format::Jsonl);
        }
        match Json::parse(&self.first_line()?) {
            Ok(Json::Object(members)) if members.len() == 1 => Ok(Format::Jsonl),
            _ => Ok(Format::Langfuse),
        }
    }
}

/// Hands out every record of a source, in order. `records` says where they stand in a JSON
/// document. `take` answers whether to go on.
///
/// # Errors
/// When the source cannot be read any further.
pub(crate) fn read(
    reader: Box<dyn BufRead + Send>,
    format: Format,
    records: &[String],
    take: &mut dyn FnMut(Found) -> bool,
) -> io::Result<()> {
    match format {
        Format::Jsonl => lines::read(reader, take),
        Format::Csv => csv_rows::read(reader, take),
        Format::Json => document::read(reader, records, take),
        Format::Langfuse => document::read(reader, &[], take),
    }
}

/// A record that could not be read.
fn bad(location: Location, value: &str, expected: impl Into<String>) -> Found {
    let error = InvalidValue::new("record", value, expected.into());
    Err((Bad { location, error }, value.to_owned()))
}
