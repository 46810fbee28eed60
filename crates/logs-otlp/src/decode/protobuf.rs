//! Bodies in protobuf.

mod parts;

use bytes::Bytes;

use super::error::at_most_items;
use super::{DecodeError, Request};
use crate::Signal;
use crate::limits::MAX_PARTS;
use crate::wire::logs::LogsRequest;
use crate::wire::metrics::MetricsRequest;
use crate::wire::trace::TraceRequest;

pub(super) fn decode<R: Request>(body: &Bytes) -> Result<R, DecodeError> {
    // An empty item is two bytes, and hundreds in memory: count before decoding.
    if let Ok(parts) = parts::count(body, R::SIGNAL) {
        at_most_items(R::SIGNAL, parts.items)?;
        at_most_parts(parts.all)?;
    }
    let reason = match R::decode(body.clone()) {
        Ok(request) if request.is_plausible() => return Ok(request),
        Ok(_) => "the items have none of the fields that they must have".to_owned(),
        Err(error) => error.to_string(),
    };
    for found in Signal::ALL {
        if found != R::SIGNAL && is_of(found, body) {
            return Err(DecodeError::WrongSignal {
                expected: R::SIGNAL,
                found,
            });
        }
    }
    Err(DecodeError::Malformed {
        expected: R::SIGNAL,
        reason,
    })
}

/// Whether the body is a request of a signal, with items.
fn is_of(signal: Signal, body: &Bytes) -> bool {
    fn is<R: Request>(body: &Bytes) -> bool {
        R::decode(body.clone()).is_ok_and(|request| request.items() > 0 && request.is_plausible())
    }
    match signal {
        Signal::Traces => is::<TraceRequest>(body),
        Signal::Logs => is::<LogsRequest>(body),
        Signal::Metrics => is::<MetricsRequest>(body),
    }
}

fn at_most_parts(found: usize) -> Result<(), DecodeError> {
    if found > MAX_PARTS {
        let (parts, limit) = ("attributes and events", MAX_PARTS);
        return Err(DecodeError::TooManyParts { parts, limit });
    }
    Ok(())
}
