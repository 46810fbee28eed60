//! Why a body cannot be decoded.

use crate::Signal;
use crate::limits::MAX_ITEMS;

/// Why nothing of a body can be decoded. A server answers it with 400, and [`TooMany`](Self::TooMany) and
/// [`TooManyParts`](Self::TooManyParts) with 413.
///
/// No message repeats content of the body but the name of a member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body has another form.
    #[error("body: expected {} of OTLP: {reason}", .expected.items())]
    Malformed {
        /// The signal of the route.
        expected: Signal,
        /// What the parser says, with the place.
        reason: String,
    },
    /// The body is a request of another signal.
    #[error(
        "body: got {}, expected {}. Send {} to {}",
        .found.items(), .expected.items(), .found.items(), .found.route()
    )]
    WrongSignal {
        /// The signal of the route.
        expected: Signal,
        /// The signal of the body.
        found: Signal,
    },
    /// The body is JSON with members, but without the one that holds the items.
    #[error("body: got the member `{found}`, expected `{}`{hint}", .expected.member())]
    UnknownMembers {
        /// The signal of the route.
        expected: Signal,
        /// The first member, shortened.
        found: String,
        /// What may help.
        hint: &'static str,
    },
    /// The body is made of too many small parts.
    #[error(
        "body: got more than {limit} {parts}, expected at most {limit}. Let the exporter send \
         smaller batches"
    )]
    TooManyParts {
        /// What there are too many of.
        parts: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// The body holds too many items.
    #[error(
        "body: got more than {MAX_ITEMS} {}, expected at most {MAX_ITEMS}. Let the exporter send \
         smaller batches",
        .signal.items()
    )]
    TooMany {
        /// The signal of the route.
        signal: Signal,
    },
}

/// Refuses more items than a request may have.
pub(super) fn at_most_items(signal: Signal, items: usize) -> Result<(), DecodeError> {
    if items > MAX_ITEMS {
        return Err(DecodeError::TooMany { signal });
    }
    Ok(())
}
