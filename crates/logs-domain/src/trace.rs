//! Traces: their headers and their steps.

mod draft;
mod filter;
mod snapshot;

pub use draft::{NewTrace, NewTraceStep};
pub use filter::{TraceFilter, TraceStepFilter};
pub use snapshot::{TraceSnapshot, TraceStepRecord, TraceStepSnapshot};
