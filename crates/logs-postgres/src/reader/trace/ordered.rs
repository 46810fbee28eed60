//! A step of a trace with its place.

use logs_domain::page::{Keyed, StepOrder};
use logs_domain::{StoreResult, Timestamp, TraceStepRecord, TraceStepSnapshot};

pub(super) type KeyedStep = Keyed<StepOrder, TraceStepSnapshot>;

/// A step with its place, or why it cannot be read.
pub(in crate::reader) struct OrderedStep {
    pub(in crate::reader) timestamp: Timestamp,
    pub(in crate::reader) order: StepOrder,
    pub(in crate::reader) step: StoreResult<TraceStepRecord>,
}

impl OrderedStep {
    /// The step with its index, which is given for a step that was made from a span.
    pub(super) fn indexed(self, span_index: u32) -> KeyedStep {
        let index = match &self.order {
            StepOrder::Position(position) => position.get(),
            StepOrder::Span { .. } => span_index,
        };
        let snapshot =
            |step: TraceStepRecord| TraceStepSnapshot::from_parts(index, step.to_draft());
        (self.order, self.step.map(snapshot))
    }
}
