//! Counts the messages in a request without decoding them.

use prost::DecodeError;
use prost::bytes::Buf as _;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::Signal;

/// The fields of a message that hold further messages in lists, each with those of its messages.
type Fields = &'static [(u32, Part)];

/// A message in a list.
#[derive(Clone, Copy)]
enum Part {
    /// A span, a log record or a metric.
    Item(Fields),
    /// Something else.
    Other(Fields),
}

const SPAN: Fields = &[
    (9, Part::Other(&[])),
    (11, Part::Other(&[(3, Part::Other(&[]))])),
];
const LOG_RECORD: Fields = &[(6, Part::Other(&[]))];
const RESOURCE: Part = Part::Other(&[(1, Part::Other(&[]))]);

const TRACES: Fields = &[(
    1,
    Part::Other(&[(1, RESOURCE), (2, Part::Other(&[(2, Part::Item(SPAN))]))]),
)];
const LOGS: Fields = &[(
    1,
    Part::Other(&[
        (1, RESOURCE),
        (2, Part::Other(&[(2, Part::Item(LOG_RECORD))])),
    ]),
)];
const METRICS: Fields = &[(1, Part::Other(&[(2, Part::Other(&[(2, Part::Item(&[]))]))]))];

/// How many messages there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) items: usize,
    pub(super) all: usize,
}

/// Counts the messages of a request.
pub(super) fn count(body: &[u8], signal: Signal) -> Result<Parts, DecodeError> {
    let fields = match signal {
        Signal::Traces => TRACES,
        Signal::Logs => LOGS,
        Signal::Metrics => METRICS,
    };
    let mut parts = Parts::default();
    add(body, fields, &mut parts)?;
    Ok(parts)
}

/// The recursion is as deep as the constants above.
fn add(mut message: &[u8], fields: Fields, parts: &mut Parts) -> Result<(), DecodeError> {
    while message.has_remaining() {
        let (tag, wire_type) = decode_key(&mut message)?;
        let part = fields.iter().find(|(field, _)| *field == tag);
        match part {
            Some((_, part)) if wire_type == WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut message)?).unwrap_or(usize::MAX);
                let (inner, rest) = message.split_at_checked(length).unwrap_or((message, &[]));
                message = rest;
                parts.all += 1;
                let inner_fields = match part {
                    Part::Item(inner_fields) => {
                        parts.items += 1;
                        inner_fields
                    }
                    Part::Other(inner_fields) => inner_fields,
                };
                if !inner_fields.is_empty() {
                    add(inner, inner_fields, parts)?;
                }
            }
            Some(_) | None => {
                skip_field(wire_type, tag, &mut message, DecodeContext::default())?;
            }
        }
    }
    Ok(())
}
