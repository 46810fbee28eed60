//! Finding the records of a file, whatever they say.
//!
//! A reader only looks for the ends of records. So a broken record costs no other, and what a record
//! says is read once, by whoever needs it.

mod csv_rows;
mod document;
mod limited;
mod lines;
mod sniff;

use std::fmt;
use std::io::{self, BufRead};

use jaq_json::Val;
use logs_domain::InvalidValue;

use crate::{Location, Rejected};

pub use sniff::{Looks, looks_like};

/// The most bytes of one record of JSON: a line, or an item of a document. A reader refuses a longer
/// one without reading it into memory.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;

/// The most bytes of one row of CSV.
pub const MOST_ROW_BYTES: usize = 1024 * 1024;

/// How much of a record that is too long is kept.
const SHOWN_BYTES: usize = 64;

/// The form of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON value on each line.
    Lines,
    /// One JSON document: a record itself, or an array of records at this path, which is the names of
    /// members from the top.
    Document(Vec<String>),
    /// Comma-separated values.
    Csv {
        /// The separator of cells.
        delimiter: u8,
        /// The columns of a file without a line of names.
        columns: Option<Vec<String>>,
    },
}

/// One record of a source.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Its place.
    pub location: Location,
    /// Its bytes as in the source.
    pub bytes: Vec<u8>,
    /// What is in the bytes.
    pub content: Content,
    /// Whether it is a line that the source ended before the end of the line.
    pub is_cut: bool,
}

/// What the bytes of a record are.
#[derive(Clone, Debug)]
pub enum Content {
    /// JSON that nobody has read yet.
    Json,
    /// A row of CSV, as an object of texts.
    Row(Val),
}

/// What a source hands out: records, and what it could not read as one, with its bytes.
pub type Found = Result<Raw, (Rejected, Vec<u8>)>;

/// Why a source cannot be read to its end.
#[derive(Debug)]
pub enum Unreadable {
    /// The file or the pipe failed.
    Io(io::Error),
    /// It has no end, or is broken so that no further record can be found.
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

/// Hands out every record of a source, in order. `take` answers whether to go on.
///
/// # Errors
/// When the source cannot be read any further.
pub fn read(
    reader: Box<dyn BufRead + Send>,
    form: &Form,
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    match form {
        Form::Lines => lines::read(reader, take),
        Form::Document(records) => document::read(reader, records, take),
        Form::Csv { delimiter, columns } => {
            csv_rows::read(reader, *delimiter, columns.as_deref(), take)
        }
    }
}

/// A record that could not be read.
fn bad(location: Location, bytes: &[u8], expected: impl Into<String>) -> Found {
    let error = InvalidValue::new("record", String::from_utf8_lossy(bytes), expected.into());
    Err((Rejected { location, error }, bytes.to_vec()))
}

/// A source that is broken here.
fn broken(location: Location, found: &[u8], expected: impl Into<String>) -> Unreadable {
    let found = String::from_utf8_lossy(found);
    let error = InvalidValue::new("record", found, expected.into());
    Unreadable::Broken(Rejected { location, error })
}
