//! Ids of traces and spans, as lower-case hexadecimal digits.

use bytes::Bytes;
use logs_domain::InvalidValue;

/// The bytes of a trace id.
const TRACE: usize = 16;
/// The bytes of a span id.
const SPAN: usize = 8;

pub(crate) fn trace(id: &Bytes) -> Result<String, InvalidValue> {
    required("traceId", id, TRACE, "32 hexadecimal digits, not all 0")
}

pub(crate) fn span(id: &Bytes) -> Result<String, InvalidValue> {
    required("spanId", id, SPAN, "16 hexadecimal digits, not all 0")
}

/// The parent of a span. None, and all 0, is no parent.
pub(crate) fn parent(id: &Bytes) -> Result<Option<String>, InvalidValue> {
    if is_absent(id) {
        return Ok(None);
    }
    required("parentSpanId", id, SPAN, "16 hexadecimal digits, or none").map(Some)
}

fn is_absent(id: &Bytes) -> bool {
    id.is_empty() || (id.len() == SPAN && id.iter().all(|byte| *byte == 0))
}

fn required(
    field: &'static str,
    id: &Bytes,
    length: usize,
    expected: &'static str,
) -> Result<String, InvalidValue> {
    if id.len() == length && id.iter().any(|byte| *byte != 0) {
        return Ok(hex(id));
    }
    let shown = match id.strip_prefix(crate::wire::json::NOT_HEX) {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => hex(id.get(..id.len().min(64)).unwrap_or_default()),
    };
    Err(InvalidValue::new(field, shown, expected))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles
        .filter_map(|nibble| char::from_digit(nibble.into(), 16))
        .collect()
}
