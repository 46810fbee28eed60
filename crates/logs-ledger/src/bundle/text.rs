//! The few forms of JSON that bundles have, read strictly.

use std::str::FromStr;

/// What stands behind a word that must be there.
pub(super) fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)
}

/// A whole number, and what stands behind it.
pub(super) fn number<T: FromStr>(text: &str) -> Option<(T, &str)> {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit() && byte != b'-')?;
    let (number, rest) = text.split_at_checked(end)?;
    Some((number.parse().ok()?, rest))
}

/// A JSON object, and what stands behind it. Only its end is looked for: its bytes are hashed as they are.
pub(super) fn split_object(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (place, byte) in text.bytes().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (text.starts_with('{')).then(|| text.split_at_checked(place + 1))?;
        }
    }
    None
}

/// An id as UUIDs are written (RFC 9562).
pub(super) fn hyphenated(id: &[u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(*id));
    let mut text = String::with_capacity(36);
    for (place, digit) in digits.char_indices() {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// Reads an id; other forms than the one of [`hyphenated`] too.
pub(super) fn unhyphenated(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.split('-').collect();
    let number = u128::from_str_radix(&digits, 16).ok()?;
    Some(number.to_be_bytes())
}
