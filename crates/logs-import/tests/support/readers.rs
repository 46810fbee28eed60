//! What every reader must do with any bytes: not panic, find the same records however the bytes arrive,
//! and read JSON as serde_json does. The fuzz targets and the tests that replay their corpus go by it.

use std::io::{BufReader, Cursor};

use logs_import::json::{Swap, parse};
use logs_import::source::{Content, Form, read};

/// What a reader does with bytes.
pub(crate) type Reader = fn(&[u8]);

/// The readers, by name.
pub(crate) const READERS: &[(&str, Reader)] = &[
    ("json", json),
    ("lines", lines),
    ("document", document),
    ("csv", csv),
];

pub(crate) fn json(bytes: &[u8]) {
    let ours = parse(bytes, Swap::None);
    let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
    if let Ok((_, faults)) = &ours
        && !faults.is_empty()
    {
        // Every replacement has the structure of the record.
        let swapped = parse(bytes, Swap::All);
        assert!(swapped.is_ok_and(|(_, swapped)| swapped.len() == faults.len()));
        return;
    }
    if let Ok(theirs) = theirs {
        let ours = ours.map(|(value, _)| value.to_string());
        let ours = ours.unwrap_or_else(|error| error.to_string());
        assert_eq!(serde_json::from_str(&ours).ok(), Some(theirs), "{ours}");
    }
}

pub(crate) fn lines(bytes: &[u8]) {
    for record in records(bytes, &Form::Lines) {
        assert!(!record.contains('\n'), "{record:?}");
    }
}

pub(crate) fn document(bytes: &[u8]) {
    records(bytes, &Form::Document(Vec::new()));
    records(bytes, &Form::Document(vec!["a".to_owned()]));
}

pub(crate) fn csv(bytes: &[u8]) {
    for delimiter in [b',', b';'] {
        let columns = None;
        records(bytes, &Form::Csv { delimiter, columns });
    }
}

/// The records of a source, and how it ends: the same if bytes arrive few at a time.
fn records(bytes: &[u8], form: &Form) -> Vec<String> {
    let whole = found(bytes, form, 1 << 16);
    assert_eq!(found(bytes, form, 3), whole);
    whole
}

fn found(bytes: &[u8], form: &Form, capacity: usize) -> Vec<String> {
    let mut shown = Vec::new();
    let reader = BufReader::with_capacity(capacity, Cursor::new(bytes.to_vec()));
    let ended = read(Box::new(reader), form, &mut |found| {
        shown.push(match found {
            Ok(raw) => {
                let location = raw.location;
                match raw.content {
                    Content::Json => format!("{location}: {}", String::from_utf8_lossy(&raw.bytes)),
                    Content::Row(row) => format!("{location}: {row:?}"),
                }
            }
            // What is shown of a refused record is what was at hand.
            Err((bad, _)) => format!("{}: {}", bad.location, bad.error.expected()),
        });
        true
    });
    shown.push(format!("ended: {}", ended.is_ok()));
    shown
}
