//! One JSON value on each line.

use std::io::{self, BufRead, Read};

use super::{Content, Found, MOST_BYTES, Raw, SHOWN_BYTES, Unreadable, bad};
use crate::Location;

/// Hands out every line that is not blank.
pub(super) fn read(
    mut reader: Box<dyn BufRead + Send>,
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let most = MOST_BYTES as u64 + 1;
        if reader.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        number += 1;
        let location = Location::Line(number);
        let found = if line.len() > MOST_BYTES {
            skip_line(&mut reader)?;
            bad(
                location,
                line.get(..SHOWN_BYTES).unwrap_or(&line),
                format!("a line of at most {} MiB", MOST_BYTES >> 20),
            )
        } else {
            // A line of an array may end with the comma before the next item.
            let bytes = line.trim_ascii();
            let bytes = bytes.strip_suffix(b",").unwrap_or(bytes);
            if bytes.is_empty() {
                continue;
            }
            if matches!(bytes, b"[" | b"{") {
                let expected = "a JSON value on each line; for one document, --format json";
                bad(location, bytes, expected)
            } else {
                Ok(Raw {
                    location,
                    bytes: bytes.to_vec(),
                    content: Content::Json,
                    is_cut: !line.ends_with(b"\n"),
                })
            }
        };
        // A file of one huge line after many small ones needs no room for ever.
        line.shrink_to(1 << 20);
        if !take(found) {
            return Ok(());
        }
    }
}

/// Reads to the end of the line without keeping it.
fn skip_line(reader: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        let Some(end) = buffer.iter().position(|byte| *byte == b'\n') else {
            let length = buffer.len();
            if length == 0 {
                return Ok(());
            }
            reader.consume(length);
            continue;
        };
        reader.consume(end + 1);
        return Ok(());
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Read};

    use super::read;

    fn shown(text: impl Into<Vec<u8>>) -> Vec<String> {
        shown_of(Box::new(BufReader::new(std::io::Cursor::new(text.into()))))
    }

    fn shown_of(reader: Box<dyn std::io::BufRead + Send>) -> Vec<String> {
        let mut shown = Vec::new();
        read(reader, &mut |found| {
            shown.push(match found {
                Ok(record) => format!(
                    "{}: {}",
                    record.location,
                    String::from_utf8_lossy(&record.bytes)
                ),
                Err((bad, _)) => bad.to_string(),
            });
            true
        })
        .unwrap();
        shown
    }

    #[test]
    fn every_line_is_a_record_and_blank_ones_are_passed_over() {
        let found = shown("{\"a\":1}\r\n\n  \n{\"b\":2}");
        assert_eq!(found, ["line 1: {\"a\":1}", "line 4: {\"b\":2}"]);
        assert!(shown("").is_empty());
    }

    #[test]
    fn a_comma_behind_a_record_is_none_of_it() {
        assert_eq!(
            shown("{\"a\":1},\r\n{\"b\":2}"),
            ["line 1: {\"a\":1}", "line 2: {\"b\":2}"]
        );
    }

    #[test]
    fn a_bad_line_does_not_cost_the_next_one() {
        let found = shown(b"[\n{\"a\":\n{\"c\":3}\n".to_vec());
        assert!(found[0].ends_with("--format json"), "{}", found[0]);
        assert_eq!(found[1..], ["line 2: {\"a\":", "line 3: {\"c\":3}"]);
    }

    #[test]
    fn a_line_of_100_megabytes_is_refused_without_keeping_it() {
        // The reader makes the bytes as they are read: whoever kept them would need the memory.
        let huge = std::io::repeat(b'x').take(100 * 1024 * 1024);
        let rest: &[u8] = b"\n{\"a\":1}\n";
        let found = shown_of(Box::new(BufReader::new(huge.chain(rest))));
        assert!(found[0].contains("at most 32 MiB"), "{}", found[0]);
        assert_eq!(found[1], "line 2: {\"a\":1}");
    }
}
