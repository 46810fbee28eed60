//! Comma-separated values: the first line names the columns, every other is a record of texts.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, BufRead};
use std::rc::Rc;

use jaq_json::{Map, Val};

use super::limited::{Limited, is_limit};
use super::{Content, Found, MOST_ROW_BYTES, Raw, SHOWN_BYTES, Unreadable, bad, broken};
use crate::Location;

/// How many bytes are read of a row. One that is longer than a line may be is passed over up to here;
/// beyond, its cells would fill the memory before its end is found.
const MOST_READ_BYTES: usize = 4 * MOST_ROW_BYTES;

/// Hands out every row as an object of texts; an empty cell is an empty text. Rows without any
/// cell are passed over.
pub(super) fn read(
    reader: Box<dyn BufRead + Send>,
    delimiter: u8,
    columns: Option<&[String]>,
    take: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    let left = Rc::new(Cell::new(MOST_READ_BYTES));
    // With the terminator that it finds by itself, the reader is a line behind on CRLF.
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(columns.is_none())
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(Limited::new(reader, Rc::clone(&left)));
    let names: Vec<String> = match columns {
        Some(columns) => columns.to_vec(),
        None => match rows.headers() {
            Ok(names) if names.is_empty() => return Ok(()),
            Ok(names) if names.as_slice().len() + names.len() > MOST_ROW_BYTES => {
                let expected = format!("a header of at most {MOST_ROW_BYTES} bytes");
                return Err(broken(Location::Line(1), b"", expected));
            }
            Ok(names) => {
                let mut names: Vec<String> = names.iter().map(str::to_owned).collect();
                // What is left of the end of the line.
                if let Some(last) = names.last_mut()
                    && last.ends_with('\r')
                {
                    last.pop();
                }
                names
            }
            Err(error) => return Err(unreadable(error, 1)),
        },
    };
    check_columns(&names)?;
    let mut row = csv::ByteRecord::new();
    loop {
        left.set(MOST_READ_BYTES);
        let line = rows.position().line();
        match rows.read_byte_record(&mut row) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = first_line(&row, rows.position().line()).unwrap_or(line);
                let blank = row.len() == 1 && row.get(0) == Some(b"\r");
                if !blank && !take(record(Location::Line(line), &names, delimiter, &row)) {
                    return Ok(());
                }
            }
            Err(error) => return Err(unreadable(error, line)),
        }
    }
}

/// The line where a row begins, which ends before line `next`. The position of a row is that of
/// the blank lines before it.
fn first_line(row: &csv::ByteRecord, next: u64) -> Option<u64> {
    let from = row.position()?.line();
    let inside = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
    Some(from.max(next.saturating_sub(inside + 1)))
}

/// Columns that are told apart by their names.
fn check_columns(names: &[String]) -> Result<(), Unreadable> {
    let mut earlier = HashSet::new();
    match names.iter().find(|name| !earlier.insert(*name)) {
        None => Ok(()),
        Some(twice) => {
            let expected = "columns with different names";
            Err(broken(Location::Line(1), twice.as_bytes(), expected))
        }
    }
}

fn record(location: Location, names: &[String], delimiter: u8, row: &csv::ByteRecord) -> Found {
    let bytes = line_of(row, delimiter);
    if row.as_slice().len() + row.len() > MOST_ROW_BYTES {
        return bad(
            location,
            bytes.get(..SHOWN_BYTES).unwrap_or(&bytes),
            format!("a row of at most {MOST_ROW_BYTES} bytes"),
        );
    }
    if row.len() != names.len() {
        let (columns, found) = (names.len(), row.len());
        let expected = format!("{columns} columns, not {found}");
        return bad(location, &bytes, expected);
    }
    // A cell that is no UTF-8 stays as it is: only a draft that needs it is refused.
    let cells = cells(row).map(|cell| Val::utf8_str(cell.to_vec()));
    let names = names.iter().map(|name| Val::utf8_str(name.clone()));
    let members: Map = names.zip(cells).collect();
    Ok(Raw {
        location,
        bytes,
        content: Content::Row(Val::obj(members)),
        is_cut: false,
    })
}

/// The cells of a row, the last one without what is left of the end of the line.
fn cells(row: &csv::ByteRecord) -> impl Iterator<Item = &[u8]> {
    let last = row.len().saturating_sub(1);
    row.iter().enumerate().map(move |(place, cell)| {
        let end = cell.strip_suffix(b"\r").filter(|_| place == last);
        end.unwrap_or(cell)
    })
}

/// The row as one line of CSV.
fn line_of(row: &csv::ByteRecord, delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(delimiter)
        .from_writer(Vec::new());
    let written = writer.write_record(cells(row)).map_err(io::Error::from);
    let bytes = written.and_then(|()| writer.into_inner().map_err(|_| io::Error::other("csv")));
    let mut bytes = bytes.unwrap_or_default();
    bytes.truncate(bytes.trim_ascii_end().len());
    bytes
}

fn unreadable(error: csv::Error, line: u64) -> Unreadable {
    if error.is_io_error() && !is_limit(&error) {
        return Unreadable::Io(error.into());
    }
    let expected = format!("a row of comma-separated values ({error})");
    broken(Location::Line(line), b"", expected)
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};

    use super::read;
    use crate::source::Content;

    fn shown(text: &[u8]) -> Vec<String> {
        shown_of(Box::new(Cursor::new(text.to_vec())))
    }

    fn shown_of(reader: Box<dyn std::io::BufRead + Send>) -> Vec<String> {
        shown_as(reader, b',', None)
    }

    fn shown_as(
        reader: Box<dyn std::io::BufRead + Send>,
        delimiter: u8,
        columns: Option<&[String]>,
    ) -> Vec<String> {
        let mut shown = Vec::new();
        let ended = read(reader, delimiter, columns, &mut |found| {
            shown.push(match found {
                Ok(record) => match record.content {
                    Content::Row(row) => format!("{}: {row}", record.location),
                    Content::Json => panic!("a row"),
                },
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
            shown[0].starts_with("line 2: ") && shown[0].contains("longer than 4 MiB"),
            "{}",
            shown[0]
        );
    }

    #[test]
    fn cells_without_number_are_refused_without_keeping_them() {
        let start: &[u8] = b"a,b\n1,2\n";
        let endless = || std::io::repeat(b',').take(1 << 40);
        let found = shown_of(Box::new(BufReader::new(start.chain(endless()))));
        assert_eq!(found[0], "line 2: {\"a\":\"1\",\"b\":\"2\"}");
        assert!(found[1].contains("longer than 4 MiB"), "{}", found[1]);
        let names = shown_of(Box::new(BufReader::new(endless())));
        assert!(names[0].contains("longer than 4 MiB"), "{}", names[0]);
        let long = ",".repeat(1 << 20);
        let found = shown(format!("a,b\n{long}\n1,2\n").as_bytes());
        assert!(
            found[0].contains("a row of at most 1048576 bytes"),
            "{}",
            found[0]
        );
        assert_eq!(found[1], "line 3: {\"a\":\"1\",\"b\":\"2\"}");
        let names = shown(format!("{long}\n1,2\n").as_bytes());
        assert!(
            names[0].contains("header of at most 1048576 bytes"),
            "{}",
            names[0]
        );
        // As many columns as a line can name are told apart in no time.
        let names: Vec<String> = (0..150_000).map(|place| place.to_string()).collect();
        let found = shown(format!("{}\n1,2\n", names.join(",")).as_bytes());
        assert!(found[0].contains("150000 columns"), "{}", found[0]);
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
        assert!(found[2].starts_with("line 4: {\"a\":"), "{}", found[2]);
        assert_eq!(found[3], "line 5: {\"a\":\"5\",\"b\":\"6\"}");
    }

    #[test]
    fn blank_lines_are_no_rows_whatever_ends_them() {
        let rows = [
            "line 2: {\"a\":\"1\",\"b\":\"2\"}",
            "line 5: {\"a\":\"\",\"b\":\"\"}",
        ];
        for end in ["\n", "\r\n"] {
            let text = ["a,b", "1,2", "", "", ",", ""].join(end);
            assert_eq!(shown(text.as_bytes()), rows, "{end:?}");
        }
        assert_eq!(shown(b"a\r\n1\r\n\r\n"), ["line 2: {\"a\":\"1\"}"]);
    }

    #[test]
    fn only_the_last_cell_can_hold_a_part_of_the_end_of_its_line() {
        let found = shown(b"a,b\r\n\"x\r\",\"y\r\"\r\n");
        assert_eq!(found, ["line 2: {\"a\":\"x\\r\",\"b\":\"y\\r\"}"]);
    }

    #[test]
    fn columns_are_told_apart() {
        let twice = shown(b"a,b,a\n1,2,3\n");
        assert_eq!(
            twice,
            ["line 1: record: got `a`, expected columns with different names"]
        );
    }

    #[test]
    fn a_command_may_name_the_columns_and_what_separates_them() {
        let columns = ["a".to_owned(), "b".to_owned()];
        let reader = Box::new(Cursor::new(b"1,5;2\n3\n"));
        let found = shown_as(reader, b';', Some(&columns));
        assert_eq!(found[0], "line 1: {\"a\":\"1,5\",\"b\":\"2\"}");
        assert!(found[1].contains("2 columns, not 1"), "{}", found[1]);
    }
}
