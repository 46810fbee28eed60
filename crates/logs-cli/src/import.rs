//! Imports files as drafts. A source reads records one by one, a translator makes drafts of each,
//! and a pipeline appends them in batches. Memory is constant, whatever the size of the file.

mod json;
mod langfuse;
#[cfg(test)]
mod limits;
mod mapping;
mod native;
mod pipeline;
mod reading;
mod refused;
mod rejected;
mod source;
mod translate;

pub(crate) use mapping::{Mapping, Tally};
pub(crate) use pipeline::{Outcome, Pipeline};
pub(crate) use reading::{Job, start};
pub(crate) use refused::RefusedFile;
pub(crate) use rejected::{Location, Rejected};
pub(crate) use source::{Format, Input, Shape};
pub(crate) use translate::{ImportContext, Owner, Translator};
