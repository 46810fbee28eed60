//! Imports files as drafts. A reader finds the records of a file, a translator makes drafts of each,
//! and a pipeline appends them in batches. Memory is constant, whatever the size of the file.

mod input;
#[cfg(test)]
mod limits;
mod native;
mod otlp;
mod pipeline;
mod plan;
mod reading;
mod refused;
mod repeats;
mod zstd;

pub(crate) use input::Input;
pub(crate) use pipeline::{Outcome, Pipeline};
pub(crate) use plan::{Format, Plan};
pub(crate) use reading::{Job, start};
pub(crate) use refused::RefusedFile;
pub(crate) use repeats::Repeats;
