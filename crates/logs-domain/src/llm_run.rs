//! Runs: calls of models.

mod draft;
mod filter;
mod snapshot;

pub use draft::NewLlmRun;
pub use filter::LlmRunFilter;
pub use snapshot::LlmRunSnapshot;
