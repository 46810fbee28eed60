//! Decoded requests to drafts of records.
//!
//! A draft depends on its own span or log record alone, and on its resource, its scope and the [`Settings`].
//! So the same span gives the same draft, in whatever request it comes.

mod attributes;
mod event;
mod field;
mod ids;
mod kind;
mod logs;
mod mapped;
mod metrics;
mod settings;
mod source;
mod span;
mod traces;

pub use logs::logs;
pub use mapped::{Counts, Mapped, MappedDraft, Refused};
pub use metrics::metrics;
pub use settings::{AgentCalls, Settings};
pub use traces::traces;

#[cfg(test)]
mod tests;
