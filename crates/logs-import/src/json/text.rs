//! Texts of JSON.

use logs_domain::InvalidValue;

use super::Parser;

impl Parser<'_> {
    /// The content of the text that begins here.
    pub(super) fn text(&mut self) -> Result<String, InvalidValue> {
        let from = self.at;
        self.at += 1;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => {
                    self.at = from;
                    return Err(self.broken("a text with its end"));
                }
            }
        }
        let bytes = self.bytes;
        let inside = bytes.get(from + 1..self.at).unwrap_or_default();
        self.at += 1;
        if !escaped
            && !inside.iter().any(|byte| *byte < b' ')
            && let Ok(text) = std::str::from_utf8(inside)
        {
            return Ok(text.to_owned());
        }
        let mut read = Unescaped::default();
        read.read(inside);
        if let Some(expected) = read.expected
            && self.fault(inside, expected)
        {
            return Ok(read.text.replace('\u{fffd}', "?"));
        }
        Ok(read.text)
    }
}

/// The text so far, and what it should have been.
#[derive(Default)]
struct Unescaped {
    text: String,
    expected: Option<&'static str>,
}

impl Unescaped {
    fn wrong(&mut self, expected: &'static str) {
        self.text.push('\u{fffd}');
        self.expected.get_or_insert(expected);
    }

    fn read(&mut self, mut rest: &[u8]) {
        let special = |byte: &u8| *byte == b'\\' || *byte < b' ';
        while let Some((first, after)) = rest.split_first() {
            if *first == b'\\' {
                rest = self.escape(after);
                continue;
            }
            if special(first) {
                self.wrong("a text without raw control characters");
                rest = after;
                continue;
            }
            let end = rest.iter().position(special).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            for chunk in run.utf8_chunks() {
                self.text.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    self.wrong("a text of valid UTF-8");
                }
            }
            rest = after;
        }
    }

    /// Reads what follows a backslash, and gives the rest.
    fn escape<'b>(&mut self, rest: &'b [u8]) -> &'b [u8] {
        let Some((kind, after)) = rest.split_first() else {
            self.wrong("a text with valid escapes");
            return rest;
        };
        let character = match kind {
            b'"' | b'\\' | b'/' => char::from(*kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(after),
            _ => {
                self.wrong("a text with valid escapes");
                return after;
            }
        };
        self.text.push(character);
        after
    }

    /// Reads the four digits after `\u`, and those of the second half of a pair.
    fn unicode<'b>(&mut self, rest: &'b [u8]) -> &'b [u8] {
        let Some((first, after)) = hex(rest) else {
            self.wrong("a text with valid escapes");
            return rest;
        };
        if let Some(character) = char::from_u32(first) {
            self.text.push(character);
            return after;
        }
        let second = after.strip_prefix(b"\\u").and_then(hex);
        if (0xd800..0xdc00).contains(&first)
            && let Some((second @ 0xdc00..0xe000, after)) = second
        {
            let both = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            self.text.extend(char::from_u32(both));
            return after;
        }
        self.wrong("a text without half of a surrogate pair");
        after
    }
}

fn hex(rest: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, after) = rest.split_at_checked(4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    Some((u32::from_str_radix(digits, 16).ok()?, after))
}
