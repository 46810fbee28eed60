//! The order of the steps of a trace: steps with a position, then steps with a span.

use logs_domain::page::{Keyed, StepOrder, Walk};
use logs_domain::{
    Direction, SpanId, StepPosition, StoreResult, TenantId, Timestamp, TraceStepRecord,
    TraceStepSnapshot,
};
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::push_order;
use crate::decode::StoredRow;

/// The largest position of a step.
pub const LAST_POSITION: i64 = StepPosition::MAX as i64;

/// One of the two parts of a trace, each in the order of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The steps with a position.
    Positioned,
    /// The steps with a span, which follow them.
    Spans,
}

impl Part {
    /// The part of a key.
    #[must_use]
    pub const fn of(place: &StepOrder) -> Self {
        match place {
            StepOrder::Position(_) => Self::Positioned,
            StepOrder::Span { .. } => Self::Spans,
        }
    }

    /// The parts in the order in which a walk reads them.
    #[must_use]
    pub const fn in_order(walk: &Walk<'_, StepOrder>) -> [Self; 2] {
        if walk.is_reversed() {
            [Self::Spans, Self::Positioned]
        } else {
            [Self::Positioned, Self::Spans]
        }
    }

    /// The condition for the steps of this part. The text must equal that of the partial index.
    #[must_use]
    pub const fn condition(self) -> &'static str {
        match self {
            Self::Positioned => " AND position >= 0",
            Self::Spans => " AND span_id IS NOT NULL AND position IS NULL",
        }
    }

    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Positioned => &["position"],
            Self::Spans => &["timestamp", "span_id"],
        }
    }

    /// Pushes the order of this part.
    pub fn push_order<DB: Dialect>(self, query: &mut QueryBuilder<DB>, direction: Direction) {
        push_order(query, self.columns(), direction);
    }
}

/// Pushes the condition for steps of a part after a key in it. A step with an altered position or
/// time beyond the last one counts as the last, and no step follows it.
pub fn push_behind<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    from: &StepOrder,
    direction: Direction,
) {
    let (past, from_on, until, end) = match direction {
        Direction::Ascending => (" > ", " >= ", " <= ", Timestamp::MAX),
        Direction::Descending => (" < ", " <= ", " >= ", Timestamp::MIN),
    };
    match from {
        StepOrder::Position(position) => {
            let position = position.as_i64();
            query.push(" AND position").push(past);
            DB::push_integer(query, position);
            if direction == Direction::Ascending && position == LAST_POSITION {
                query.push(" AND position").push(until);
                DB::push_integer(query, position);
            }
        }
        StepOrder::Span { timestamp, span_id } => {
            if DB::ROW_VALUES_NEED_FIRST_COLUMN {
                query.push(" AND timestamp").push(from_on);
                DB::push_time(query, *timestamp);
            }
            query.push(" AND (timestamp, span_id)").push(past).push("(");
            DB::push_time(query, *timestamp);
            query.push(", ");
            DB::push_text(query, span_id.to_string());
            query.push(")");
            if *timestamp == end {
                query.push(" AND timestamp").push(until);
                DB::push_time(query, end);
            }
        }
    }
}

/// The position of a step in its trace, with the step or the error of reading it.
#[derive(Debug)]
pub struct OrderedStep {
    /// The time of the step.
    pub timestamp: Timestamp,
    /// The key of its position in the trace.
    pub order: StepOrder,
    /// The step.
    pub step: StoreResult<TraceStepRecord>,
}

impl OrderedStep {
    /// The step with its index in the whole trace.
    pub fn indexed(self, index: u32) -> Keyed<StepOrder, TraceStepSnapshot> {
        let snapshot =
            |step: TraceStepRecord| TraceStepSnapshot::from_parts(index, step.to_draft());
        (self.order, self.step.map(snapshot))
    }
}

/// The position and the time of the step of a row. A position beyond the last one counts as the
/// last.
///
/// # Errors
/// [`Inconsistent`](logs_domain::StoreError::Inconsistent) for a row that no append wrote.
pub fn place<R: StoredRow>(row: &R, tenant: &TenantId) -> StoreResult<(Timestamp, StepOrder)> {
    let (timestamp, _) = row.place(tenant.as_str(), "timestamp")?;
    let order = match (
        row.optional_integer("position")?,
        row.optional_text("span_id")?,
    ) {
        (Some(position), _) => StepPosition::from_i64(position.min(LAST_POSITION))
            .map(StepOrder::Position)
            .map_err(|_| row.inconsistent("position"))?,
        (None, Some(span_id)) => StepOrder::Span {
            timestamp,
            span_id: SpanId::new(span_id).map_err(|_| row.inconsistent("span_id"))?,
        },
        (None, None) => return Err(row.inconsistent("position")),
    };
    Ok((timestamp, order))
}

/// The first of some steps whose index is not its own position.
#[must_use]
pub fn first_span(steps: &[OrderedStep]) -> Option<&StepOrder> {
    let mut orders = steps.iter().map(|step| &step.order);
    orders.find(|order| matches!(order, StepOrder::Span { .. }))
}

/// The index in the whole trace of each of some consecutive steps, also with steps with a position
/// between spans. `first` is the index of the [first span](first_span).
#[must_use]
pub fn indexes(steps: &[OrderedStep], first: u32, is_reversed: bool) -> Vec<u32> {
    let mut next = first;
    if is_reversed && let Some(order) = first_span(steps) {
        // Of the steps with the same key, it is the last.
        let twins = steps.iter().filter(|step| step.order == *order);
        next += u32::try_from(twins.count() - 1).unwrap_or_default();
    }
    let index = |step: &OrderedStep| match &step.order {
        StepOrder::Position(position) => position.get(),
        StepOrder::Span { .. } => {
            let index = next;
            next = if is_reversed {
                next.saturating_sub(1)
            } else {
                next + 1
            };
            index
        }
    };
    steps.iter().map(index).collect()
}
