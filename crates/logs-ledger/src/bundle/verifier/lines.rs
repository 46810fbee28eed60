//! The lines of entries, one by one.

use std::io::{BufRead, BufReader, Read};

use crate::bundle::line::{EntryLine, MAX_LINE_BYTES};
use crate::bundle::{BundleSource, ENTRIES_PATH, Unreadable};

/// Reads the lines.
pub(super) struct Lines<'a> {
    reader: BufReader<Box<dyn Read + 'a>>,
    /// How many were read.
    pub(super) read: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn open(source: &'a impl BundleSource) -> Result<Self, Unreadable> {
        let file = source.open(ENTRIES_PATH);
        let file = file.map_err(|error| Unreadable::new(ENTRIES_PATH, error))?;
        let reader = BufReader::new(file);
        Ok(Self { reader, read: 0 })
    }

    /// The next line; `None` inside when it cannot be understood.
    pub(super) fn next(&mut self) -> Result<Option<Option<EntryLine>>, Unreadable> {
        let unreadable = |reason: &dyn ToString| Unreadable::new(ENTRIES_PATH, reason.to_string());
        let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(limit);
        limited
            .read_until(b'\n', &mut bytes)
            .map_err(|error| unreadable(&error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let Some(line) = bytes.strip_suffix(b"\n") else {
            return Err(unreadable(
                &"a line is too long, or the last one has no end",
            ));
        };
        self.read += 1;
        let text = std::str::from_utf8(line).ok();
        Ok(Some(text.and_then(EntryLine::parse)))
    }
}
