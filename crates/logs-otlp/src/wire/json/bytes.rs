//! Texts and ids.

use std::fmt;

use bytes::Bytes;
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// What stands before a text that is no id. It is longer than any id, so no such text passes for one.
pub(crate) const NOT_HEX: &[u8] = b"not hexadecimal: ";

/// A text, or none where the member is null. The text need not be UTF-8.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    deserializer.deserialize_option(Text)
}

/// An id in hexadecimal digits of either case. Any other text is kept behind [`NOT_HEX`].
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = deserializer.deserialize_option(Text)?;
    Ok(hex(&text).unwrap_or_else(|| [NOT_HEX, &text].concat().into()))
}

fn hex(text: &[u8]) -> Option<Bytes> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let bytes = pairs.iter().map(|[high, low]| {
        let byte = digit(*high)? * 16 + digit(*low)?;
        u8::try_from(byte).ok()
    });
    bytes.collect::<Option<Vec<u8>>>().map(Bytes::from)
}

pub(super) struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Bytes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_none<E: Error>(self) -> Result<Bytes, E> {
        Ok(Bytes::new())
    }

    fn visit_unit<E: Error>(self) -> Result<Bytes, E> {
        Ok(Bytes::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        // As bytes: the parser checks no UTF-8 then, and the whole request does not fail by it.
        deserializer.deserialize_bytes(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn visit_bytes<E: Error>(self, text: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(text))
    }
}
