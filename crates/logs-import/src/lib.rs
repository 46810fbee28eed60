//! Files of other systems as drafts of the evidence store.
//!
//! [`source`] finds the records of a file: lines, rows, items of a document. A [`Map`] is a jq program
//! that makes drafts of each record. Memory is constant, whatever the size of the file. The crate opens
//! no file and appends nothing.

pub mod json;
mod map;
mod rejected;
pub mod source;

pub use map::{Context, MOST_DRAFTS_BYTES, Made, Map, MapRun, Output};
pub use rejected::{Location, Rejected};
