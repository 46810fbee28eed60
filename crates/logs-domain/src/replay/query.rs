//! The query for a replay window.

use crate::digest::{FieldHasher, FieldSink};
use crate::{TimeRange, TraceId};

/// The query for a replay window: the system records and policy events in a span of time, and the steps of one
/// trace in that span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayQuery {
    /// The trace whose steps the window shows. Without it, the window has no steps.
    pub trace_id: Option<TraceId>,
    /// The span of time, by the producers' clocks.
    pub window: TimeRange,
}

impl ReplayQuery {
    /// System records and policy events of `window`.
    #[must_use]
    pub const fn new(window: TimeRange) -> Self {
        Self {
            trace_id: None,
            window,
        }
    }

    /// Also shows the steps of this trace.
    #[must_use]
    pub fn trace_id(mut self, trace_id: TraceId) -> Self {
        self.trace_id = Some(trace_id);
        self
    }
}

impl crate::filter::ReadArguments for ReplayQuery {}

impl crate::filter::sealed::WriteArguments for ReplayQuery {
    fn write_arguments(&self, hasher: &mut FieldHasher) {
        hasher.optional_text("trace_id", self.trace_id.as_ref().map(TraceId::as_str));
        self.window.write_to(hasher, "window_from", "window_to");
    }
}
