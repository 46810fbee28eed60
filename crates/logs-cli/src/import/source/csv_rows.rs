//! Comma-separated values: the first line names the columns, every other is a record of texts.

use std::cell::Cell;
use std::io::{self, BufRead};
use std::rc::Rc;

use super::limited::{Limited, is_limit};
use super::{Found, MOST_BYTES, MOST_LINE_BYTES, RawRecord, SHOWN_BYTES, Unreadable, bad, broken};
use crate::import::Location;
use crate::import::json::Json;

/// Hands out every row as an object of texts; an empty cell is an empty text.
pub(super) fn read(
    reader: Box<dyn BufRead + Send>,
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    let left = Rc::new(Cell::new(MOST_BYTES));
    // With the terminator that it finds by itself, the reader is a line behind on CRLF.
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(Limited::new(reader, Rc::clone(&left)));
    let names: Vec<String> = match rows.headers() {
        Ok(names) => {
            let names = names.iter();
            names
                .map(|name| name.trim_end_matches('\r').to_owned())
                .collect()
        }
        Err(error) => return Err(unreadable(error, 1)),
    };
    let mut row = csv::ByteRecord::new();
    loop {
        left.set(MOST_BYTES);
        let line = rows.position().line();
        match rows.read_byte_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = row.position().map_or(line, csv::Position::line);
                if !take(record(Location::Line(line), &names, &row)) {
                    return Ok(());
                }
            }
            Err(error) => return Err(unreadable(error, line)),
        }
    }
}

fn record(location: Location, names: &[String], row: &csv::ByteRecord) -> Found {
    let text = line_of(row);
    if row.as_slice().len() > MOST_LINE_BYTES {
        return bad(
            location,
            text.get(..SHOWN_BYTES).unwrap_or(&text),
            format!("a row of at most {MOST_LINE_BYTES} bytes"),
        );
    }
    if row.len() != names.len() {
        let expected = format!(
            "{} columns, as in the first line, not {}",
            names.len(),
            row.len()
        );
        return bad(location, &text, expected);
    }
    let mut members = Vec::with_capacity(names.len());
    for (name, cell) in names.iter().zip(row) {
        let cell = cell.strip_suffix(b"\r").unwrap_or(cell);
        let Ok(cell) = std::str::from_utf8(cell) else {
            return bad(location, &text, format!("valid UTF-8 in column {name:?}"));
        };
        members.push((name.clone(), Json::Text(cell.to_owned())));
    }
    Ok(RawRecord {
        location,
        text: String::from_utf8_lossy(&text).into_owned(),
        value: Json::Object(members),
    })
}

/// The row as one line of CSV.
fn line_of(row: &csv::ByteRecord) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let cells = row
        .iter()
        .map(|cell| cell.strip_suffix(b"\r").unwrap_or(cell));
    let written = writer.write_record(cells).map_err(io::Error::from);
    let bytes = written.and_then(|()| writer.into_inner().map_err(|_| io::Error::other("csv")));
    let mut bytes = bytes.unwrap_or_default();
    bytes.truncate(bytes.trim_ascii_end().len());
    bytes
}

fn unreadable(error: csv::Error, line: u64) -> Unreadable {
    if error.is_io_error() && !is_limit(&error) {
        return Unreadable::Io(error.into());
    }
    broken(
        Location::Line(line),
        format!("a row of comma-separated values ({error})"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};

    use super::read;

    fn shown(text: &[u8]) -> Vec<String> {
        shown_of(Box::new(Cursor::new(text.to_vec())))
    }

    fn shown_of(reader: Box<dyn std::io::BufRead + Send>) -> Vec<String> {
        let mut shown = Vec::new();
        let ended = read(reader, &mut |found| {
            shown.push(match found {
                Ok(record) => format!("{}: {}", record.location, record.value),
                Err((bad, _)) => bad.to_string(),
            });
            true
        });
        shown.extend(ended.err().map(|broken| broken.to_string()));
        shown
    }

    #[test]
    fn rows_become_objects_of_texts() {
        let found = shown("a,b\r\n1,\"x,\r\n\"\"y\"\r\n,é\r\n".as_bytes());
        let first = "line 2: {\"a\":\"1\",\"b\":\"x,\\r\\n\\\"y\"}";
        assert_eq!(found, [first, "line 4: {\"a\":\"\",\"b\":\"é\"}"]);
        assert!(shown(b"").is_empty());
        assert!(shown(b"a,b\n").is_empty());
    }

    #[test]
    fn a_quote_without_end_is_refused_without_keeping_the_rest() {
        let start: &[u8] = b"a,b\n1,\"";
        let endless = std::io::repeat(b'x').take(1 << 40);
        let shown = shown_of(Box::new(BufReader::new(start.chain(endless))));
        assert!(
            shown[0].starts_with("line 2: ") && shown[0].contains("32 MiB"),
            "{}",
            shown[0]
        );
    }

    #[test]
    fn a_ragged_or_broken_row_is_refused_and_the_next_one_read() {
        let found = shown(b"a,b\n1\n1,2,3\n\xff,2\n5,6\n");
        assert!(
            found[0].contains("line 2") && found[0].contains("2 columns"),
            "{}",
            found[0]
        );
        assert!(found[1].contains("not 3"), "{}", found[1]);
        assert!(
            found[2].contains("valid UTF-8 in column \"a\""),
            "{}",
            found[2]
        );
        assert_eq!(found[3], "line 5: {\"a\":\"5\",\"b\":\"6\"}");
    }
}
