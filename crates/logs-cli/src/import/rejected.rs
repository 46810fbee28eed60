//! A record that is refused: where it stands, and why.

use std::fmt;

use logs_domain::InvalidValue;

/// Where a record stands in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
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

/// A record that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) location: Location,
    pub(crate) error: InvalidValue,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.location, self.error)
    }
}
