//! JSON documents, mostly one: itself a record, or records in an array somewhere inside.
//!
//! The reader counts brackets and quotes, and reads no value. So it goes on behind a record that nobody
//! can read.

use std::io::BufRead;

use super::{Content, Found, MOST_BYTES, Raw, SHOWN_BYTES, Unreadable, bad, broken};
use crate::Location;

/// How many names of members an error lists.
const LISTED: usize = 10;

/// Hands out the items of the array at `path` (names of members from the top), where null has none. With
/// an empty path, it hands out the items of a document that is an array, or else the document. Documents
/// may follow each other, as pages of an API do.
pub(super) fn read(
    reader: Box<dyn BufRead + Send>,
    path: &[String],
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    let mut walk = Walk {
        reader,
        next: 0,
        take,
    };
    while walk.at(path)? && walk.peek()?.is_some() {}
    Ok(())
}

struct Walk<'t> {
    reader: Box<dyn BufRead + Send>,
    next: u64,
    take: &'t mut dyn FnMut(Found) -> bool,
}

/// A value that was passed over: its bytes, as far as they are kept, and whether these are all.
struct Passed {
    bytes: Vec<u8>,
    whole: bool,
}

impl Walk<'_> {
    /// Hands out what is at the end of the path. Answers whether to go on.
    fn at(&mut self, path: &[String]) -> Result<bool, Unreadable> {
        match (self.peek()?, path) {
            (Some(b'['), []) => self.items(),
            (Some(_), []) => self.hand_out(),
            (Some(b'{'), [name, rest @ ..]) => self.member(name, rest),
            (Some(_), [name, ..]) => {
                Err(self.wrong(&format!("an object with the member {name:?} (--records)")))
            }
            (None, _) => Err(self.wrong("a JSON document, which is not at its end")),
        }
    }

    fn items(&mut self) -> Result<bool, Unreadable> {
        self.skip(1);
        // Programs that write record by record leave a comma behind the last one.
        while self.peek()? != Some(b']') {
            if !self.hand_out()? {
                return Ok(false);
            }
            match self.peek()? {
                Some(b',') => self.skip(1),
                Some(b']') => break,
                _ => return Err(self.wrong("valid JSON: a comma or the end of the array")),
            }
        }
        self.skip(1);
        Ok(true)
    }

    /// Goes to the member with this name, and passes over all others.
    fn member(&mut self, name: &str, rest: &[String]) -> Result<bool, Unreadable> {
        self.skip(1);
        let mut found = false;
        let mut others = Vec::new();
        if self.peek()? == Some(b'}') {
            self.skip(1);
        } else {
            loop {
                if self.peek()? != Some(b'"') {
                    return Err(self.wrong("valid JSON: the name of a member"));
                }
                let member = self.pass(SHOWN_BYTES.max(name.len() * 6 + 2))?.bytes;
                let member: String = serde_json::from_slice(&member).unwrap_or_default();
                if self.peek()? != Some(b':') {
                    return Err(self.wrong("valid JSON: a colon"));
                }
                self.skip(1);
                self.peek()?;
                if member != name {
                    self.pass(0)?;
                    if others.len() < LISTED {
                        others.push(member);
                    }
                } else if found {
                    return Err(self.wrong(&format!("the member {name:?} once (--records)")));
                } else {
                    found = true;
                    if self.peek()? == Some(b'n') {
                        self.pass(0)?;
                    } else if !self.at(rest)? {
                        return Ok(false);
                    }
                }
                match self.peek()? {
                    Some(b',') => self.skip(1),
                    Some(b'}') => break,
                    _ => return Err(self.wrong("valid JSON: a comma or the end of the object")),
                }
            }
            self.skip(1);
        }
        if found {
            return Ok(true);
        }
        let expected = format!(
            "the member {name:?} (--records); the document has {}",
            others.join(", ")
        );
        Err(broken(Location::Record(self.next), b"", expected))
    }

    /// Hands out the value that begins here. Answers whether to go on.
    fn hand_out(&mut self) -> Result<bool, Unreadable> {
        let location = Location::Record(self.next);
        let Passed { bytes, whole } = self.pass(MOST_BYTES)?;
        self.next += 1;
        let found = if whole {
            // One line of a file of refused records is one record.
            let bytes = if bytes.contains(&b'\n') {
                one_line(&bytes)
            } else {
                bytes
            };
            Ok(Raw {
                location,
                bytes,
                content: Content::Json,
                is_cut: false,
            })
        } else {
            let shown = bytes.get(..SHOWN_BYTES).unwrap_or(&bytes);
            bad(
                location,
                shown,
                format!("a record of at most {} MiB", MOST_BYTES >> 20),
            )
        };
        Ok((self.take)(found))
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, Unreadable> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let blank = buffer
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            let (next, length) = (buffer.get(blank).copied(), buffer.len());
            self.reader.consume(blank);
            if next.is_some() || length == 0 {
                return Ok(next);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }

    /// Passes over the value that begins here, and keeps so many of its bytes.
    fn pass(&mut self, most: usize) -> Result<Passed, Unreadable> {
        let mut passed = Passed {
            bytes: Vec::new(),
            whole: true,
        };
        let mut scan = Scan::default();
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                if scan.is_word {
                    return Ok(passed);
                }
                let shown = passed.bytes.get(..SHOWN_BYTES).unwrap_or(&passed.bytes);
                let expected = "valid JSON: the end of this value, before the end of the file";
                return Err(broken(Location::Record(self.next), shown, expected));
            }
            let end = scan.end(buffer);
            let part = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            let room = most.saturating_sub(passed.bytes.len());
            passed.whole &= part.len() <= room;
            passed
                .bytes
                .extend_from_slice(part.get(..room).unwrap_or(part));
            let length = part.len();
            self.reader.consume(length);
            if end.is_some() {
                return match (length, scan.is_word, passed.bytes.is_empty()) {
                    (0, true, true) if most > 0 => Err(self.wrong("valid JSON: a value")),
                    _ => Ok(passed),
                };
            }
        }
    }

    /// The document is broken here.
    fn wrong(&mut self, expected: &str) -> Unreadable {
        let buffer = match self.reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) => return error.into(),
        };
        let shown = buffer.get(..SHOWN_BYTES).unwrap_or(buffer);
        broken(Location::Record(self.next), shown, expected)
    }
}

/// How far inside a value the walk is.
#[derive(Default)]
struct Scan {
    begun: bool,
    depth: u64,
    quoted: bool,
    escaped: bool,
    /// Whether the value is a number or a word, which ends before the next byte of another kind.
    is_word: bool,
}

impl Scan {
    /// The place behind the end of the value, if it is here.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (place, byte) in bytes.iter().enumerate() {
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.quoted = false;
                        if self.depth == 0 {
                            return Some(place + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let word = !matches!(byte, b'{' | b'[' | b'}' | b']' | b'"' | b',' | b':')
                && !byte.is_ascii_whitespace();
            if !self.begun {
                self.begun = true;
                self.is_word = word || matches!(byte, b'}' | b']' | b',' | b':');
            }
            if self.is_word {
                if !word {
                    return Some(place);
                }
                continue;
            }
            match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(place + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}

/// The same JSON without line breaks between values. One inside a text is no JSON, and stays.
fn one_line(bytes: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |byte: &&u8| {
        match **byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        quoted || !byte.is_ascii_whitespace()
    };
    bytes.iter().filter(keep).copied().collect()
}

#[cfg(test)]
mod tests;
