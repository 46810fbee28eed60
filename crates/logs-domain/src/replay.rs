//! Replay windows: what happened around a moment, of every topic.

mod event;
mod query;

pub use event::{ReplayEvent, ReplaySource};
pub use query::ReplayQuery;
