//! Bodies in protobuf.

use bytes::{Buf, Bytes};
use prost::DecodeError as ProtobufError;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use super::error::at_most_items;
use super::{DecodeError, Request};
use crate::Signal;
use crate::wire::logs::LogsRequest;
use crate::wire::metrics::MetricsRequest;
use crate::wire::trace::TraceRequest;

pub(super) fn decode<R: Request>(body: &Bytes) -> Result<R, DecodeError> {
    // An empty item is two bytes, and hundreds in memory: count them before.
    if let Ok(items) = count_items(body.clone(), &[1, 2, 2]) {
        at_most_items(R::SIGNAL, items)?;
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

/// Counts the messages at a path of fields. It is the same for every signal: resources, scopes, items.
fn count_items(mut message: Bytes, path: &[u32]) -> Result<usize, ProtobufError> {
    let Some((field, inner)) = path.split_first() else {
        return Ok(1);
    };
    let mut items = 0;
    while message.has_remaining() {
        let (tag, wire_type) = decode_key(&mut message)?;
        if tag == *field && wire_type == WireType::LengthDelimited {
            let length = usize::try_from(decode_varint(&mut message)?).unwrap_or(usize::MAX);
            let length = length.min(message.remaining());
            items += count_items(message.split_to(length), inner)?;
        } else {
            skip_field(wire_type, tag, &mut message, DecodeContext::default())?;
        }
    }
    Ok(items)
}
