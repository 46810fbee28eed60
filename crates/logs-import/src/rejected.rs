//! A refused record: its place, and the reason.

use std::fmt;

use logs_domain::InvalidValue;

/// The place of a record in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In this line, from 1.
    Line(u64),
    /// In this place of an array, from 0.
    Record(u64),
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(formatter, "line {line}"),
            Self::Record(index) => write!(formatter, "record {index}"),
        }
    }
}

/// A refused record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place.
    pub location: Location,
    /// The reason.
    pub error: InvalidValue,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location, self.error)
    }
}
