//! Exports: files of evidence with a checksum, and the manifest beside each.

mod columns;
mod file;
mod kind;
mod manifest;
mod records;
mod sink;

pub(crate) use columns::Columns;
pub(crate) use file::{Destination, EvidenceFile};
pub(crate) use kind::{FileFormat, Scope};
pub(crate) use manifest::Manifest;
pub(crate) use records::{unwritable, write_all};
pub(crate) use sink::{Sink, Written};
