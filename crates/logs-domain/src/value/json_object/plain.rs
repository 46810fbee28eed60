//! Recognises plain canonical text without building anything: most of what a store keeps.
//!
//! Plain are objects whose names are ASCII, whose texts have no escapes, and whose numbers are
//! whole and of at most 15 digits. All other text is left to the strict reader, which says what is
//! wrong with it, or that nothing is.

use super::JsonObject;

/// Digits of numbers that are whole and surely within ±2^53.
const MOST_DIGITS: usize = 15;

/// Whether `text` is plain, and byte for byte the canonical form of an object that is accepted.
pub(super) fn is_canonical(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= JsonObject::MAX_BYTES
        && bytes.first() == Some(&b'{')
        && value(bytes, 1).is_some_and(<[u8]>::is_empty)
}

/// What stands behind the value at the start of `bytes`; `None` when it is not plain.
fn value(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    match first {
        b'{' if depth <= JsonObject::MAX_DEPTH => object(rest, depth),
        b'[' if depth <= JsonObject::MAX_DEPTH => array(rest, depth),
        b'"' => string(rest).map(|(_, rest)| rest),
        b'-' | b'0'..=b'9' => integer(bytes),
        b't' => rest.strip_prefix(b"rue"),
        b'f' => rest.strip_prefix(b"alse"),
        b'n' => rest.strip_prefix(b"ull"),
        _ => None,
    }
}

fn object(mut bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if let Some(rest) = bytes.strip_prefix(b"}") {
        return Some(rest);
    }
    let mut before: Option<&[u8]> = None;
    loop {
        let (name, rest) = string(bytes.strip_prefix(b"\"")?)?;
        // ASCII is in the same order in bytes and in UTF-16; strictly, so no name stands twice.
        if !name.is_ascii() || before.is_some_and(|before| before >= name) {
            return None;
        }
        before = Some(name);
        let rest = value(rest.strip_prefix(b":")?, depth + 1)?;
        match rest.split_first()? {
            (b'}', rest) => return Some(rest),
            (b',', rest) => bytes = rest,
            _ => return None,
        }
    }
}

fn array(mut bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if let Some(rest) = bytes.strip_prefix(b"]") {
        return Some(rest);
    }
    loop {
        let rest = value(bytes, depth + 1)?;
        match rest.split_first()? {
            (b']', rest) => return Some(rest),
            (b',', rest) => bytes = rest,
            _ => return None,
        }
    }
}

/// The text behind an opening quote, and what stands behind the closing one.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
    let (text, rest) = bytes.split_at_checked(end)?;
    Some((text, rest.strip_prefix(b"\"")?))
}

fn integer(bytes: &[u8]) -> Option<&[u8]> {
    let digits = bytes.strip_prefix(b"-");
    let (negative, digits) = (digits.is_some(), digits.unwrap_or(bytes));
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let count = digits.iter().take_while(is_digit).count();
    let (number, rest) = digits.split_at_checked(count)?;
    let is_zero = number.first() == Some(&b'0');
    let is_plain = (1..=MOST_DIGITS).contains(&count)
        && (!is_zero || count == 1 && !negative)
        && !matches!(rest.first(), Some(b'.' | b'e' | b'E'));
    is_plain.then_some(rest)
}
