//! How the key of a record is written into a cursor and read from it.

use uuid::Uuid;

use crate::Timestamp;

/// A key that can stand in a cursor: each list has one type of key, which ties its cursors to its
/// order.
pub trait CursorKey: Ord + Sized {
    /// Writes the key.
    fn write(&self, writer: &mut KeyWriter);

    /// Reads the key; `None` when there is none.
    fn read(reader: &mut KeyReader<'_>) -> Option<Self>;
}

/// Takes the parts of a key.
#[derive(Debug)]
pub struct KeyWriter(pub(super) Vec<u8>);

impl KeyWriter {
    pub(super) fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.tag(u8::from(flag));
    }

    pub(super) fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.0.extend_from_slice(&time.as_micros().to_be_bytes());
    }

    pub(super) fn id(&mut self, id: Uuid) {
        self.0.extend_from_slice(id.as_bytes());
    }

    /// Text of at most 255 bytes; span ids have up to 128.
    pub(super) fn text(&mut self, text: &str) {
        self.0.push(text.len() as u8);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Gives the parts of a key back, in the order in which they were written.
#[derive(Debug)]
pub struct KeyReader<'a>(pub(super) &'a [u8]);

impl<'a> KeyReader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn tag(&mut self) -> Option<u8> {
        self.take::<1>().map(|[tag]| tag)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.tag()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_micros(i64::from_be_bytes(self.take()?)).ok()
    }

    pub(super) fn id(&mut self) -> Option<Uuid> {
        self.take().map(Uuid::from_bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(self.tag()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}
