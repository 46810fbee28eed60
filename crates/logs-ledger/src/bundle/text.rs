//! The few forms of JSON that bundles have, read strictly.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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

/// A JSON object, and what stands behind it. Only its end is looked for, by its quotes and brackets: its bytes are
/// hashed as they are.
pub(super) fn split_object(text: &str) -> Option<(&str, &str)> {
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' if open.pop() != Some(byte) => return None,
            _ => {}
        }
        if open.is_empty() {
            return (text.starts_with('{')).then(|| text.split_at_checked(place + 1))?;
        }
    }
    None
}

/// So many bytes in base64 up to a quote, and what stands behind it.
pub(super) fn bytes<const N: usize>(text: &str) -> Option<([u8; N], &str)> {
    let (encoded, rest) = text.split_once('"')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    Some((bytes.try_into().ok()?, rest))
}

/// A JSON text without control characters, which no name of ours has.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// Reads what [`quoted`] writes.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut unquoted = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unquoted.push(
                characters
                    .next()
                    .filter(|next| matches!(next, '"' | '\\'))?,
            ),
            '"' => return None,
            _ => unquoted.push(character),
        }
    }
    Some(unquoted)
}

/// Whether a text is one JSON object in one line, as far as its end shows.
pub(super) fn is_object_in_a_line(text: &str) -> bool {
    split_object(text).is_some_and(|(_, rest)| rest.is_empty()) && !text.contains('\n')
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

#[cfg(test)]
mod tests {
    use super::split_object;

    #[test]
    fn an_object_ends_where_its_brackets_and_quotes_say() {
        for (object, rest) in [
            ("{}", ""),
            ("{}", "}"),
            (r#"{"a":[{"b":"}\"]"}]}"#, ",\"x\":{}"),
            (r#"{"\\":"\\"}"#, "{}"),
            ("{\"\u{1f9ff}\":[]}", " "),
        ] {
            let text = format!("{object}{rest}");
            assert_eq!(split_object(&text), Some((object, rest)));
        }
        for text in [
            "",
            "[]",
            "x{}",
            "\"{}\"",
            "{",
            "{]",
            "{[}]",
            r#"{"a"#,
            r#"{"a\"}"#,
        ] {
            assert_eq!(split_object(text), None, "{text}");
        }
    }
}
