//! A reader that gives so many bytes for one record, and no more: what never ends, such as a text
//! without its closing quote, must not fill the memory.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

const TOO_LONG: &str = "a record is longer than";

/// A reader with a number of bytes that are left for a record; whoever takes records resets it.
pub(super) struct Limited {
    reader: Box<dyn BufRead + Send>,
    left: Rc<Cell<usize>>,
    most: usize,
}

impl Limited {
    /// A reader of records of what is left now at most.
    pub(super) fn new(reader: Box<dyn BufRead + Send>, left: Rc<Cell<usize>>) -> Self {
        let most = left.get();
        Self { reader, left, most }
    }
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.left.get());
        if wanted == 0 && !buffer.is_empty() {
            let mebibytes = self.most >> 20;
            return Err(io::Error::other(format!("{TOO_LONG} {mebibytes} MiB")));
        }
        let read = self
            .reader
            .read(buffer.get_mut(..wanted).unwrap_or_default())?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}

/// Whether an error says that the limit was reached.
pub(super) fn is_limit(error: &impl Display) -> bool {
    error.to_string().contains(TOO_LONG)
}
