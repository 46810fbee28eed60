//! The two parts of a trace, and where each goes on.

use logs_domain::page::StepOrder;
use logs_domain::{Direction, StepPosition, Timestamp};
use sqlx::QueryBuilder;
use sqlx::sqlite::Sqlite;

/// The last position that a step can have.
pub(super) const LAST: i64 = StepPosition::MAX as i64;

/// One of the two parts of a trace, each in the order of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Positioned,
    Spans,
}

impl Part {
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::Positioned => "trace_step_by_position",
            Self::Spans => "trace_step_by_time",
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
    query: &mut QueryBuilder<Sqlite>,
    from: &StepOrder,
    direction: Direction,
) {
    let is_ascending = direction == Direction::Ascending;
    let past = if is_ascending { " > " } else { " < " };
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
            let time = timestamp.as_micros();
            query.push(" AND (timestamp, span_id)").push(past).push("(");
            query.push_bind(time).push(", ");
            query.push_bind(span_id.to_string()).push(")");
            if *timestamp == end {
                query.push(" AND timestamp").push(until).push_bind(time);
            }
        }
    }
}
