//! The two parts of a trace, each in the order of an index.

use logs_domain::page::StepOrder;
use logs_domain::{Direction, Timestamp};
use sqlx::QueryBuilder;
use sqlx::postgres::Postgres;

use super::LAST;

/// One of the two parts of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The steps with a position.
    Positioned,
    /// Behind them, those that were made from spans.
    Spans,
}

impl Part {
    /// The part that a place is in.
    pub(super) const fn of(place: &StepOrder) -> Self {
        match place {
            StepOrder::Position(_) => Self::Positioned,
            StepOrder::Span { .. } => Self::Spans,
        }
    }

    pub(super) const fn condition(self) -> &'static str {
        match self {
            Self::Positioned => " AND position >= 0",
            Self::Spans => " AND span_id IS NOT NULL AND position IS NULL",
        }
    }

    pub(super) const fn order(self) -> &'static [&'static str] {
        match self {
            Self::Positioned => &["position"],
            Self::Spans => &["timestamp", "span_id"],
        }
    }
}

/// Pushes the condition for steps of a part behind a place in it. A step that was altered to a position
/// or a time beyond the last stands at the end, and behind it is nothing.
pub(super) fn push_behind(
    query: &mut QueryBuilder<Postgres>,
    from: &StepOrder,
    direction: Direction,
) {
    let is_ascending = direction == Direction::Ascending;
    let past = if is_ascending { " > " } else { " < " };
    let from_on = if is_ascending { " >= " } else { " <= " };
    let until = if is_ascending { " <= " } else { " >= " };
    match from {
        StepOrder::Position(position) => {
            let position = position.as_i64();
            query.push(" AND position").push(past).push_bind(position);
            if is_ascending && position == LAST {
                query.push(" AND position").push(until).push_bind(position);
            }
        }
        StepOrder::Span { timestamp, span_id } => {
            let end = if is_ascending {
                Timestamp::MAX
            } else {
                Timestamp::MIN
            };
            let time = timestamp.to_datetime();
            // The first condition says nothing new, but the index begins by it.
            query.push(" AND timestamp").push(from_on).push_bind(time);
            query.push(" AND (timestamp, span_id)").push(past).push("(");
            query.push_bind(time).push(", ");
            query.push_bind(span_id.to_string()).push(")");
            if *timestamp == end {
                query.push(" AND timestamp").push(until).push_bind(time);
            }
        }
    }
}
