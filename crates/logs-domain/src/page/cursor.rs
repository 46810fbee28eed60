//! Opaque cursors: the positions of records in one list.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::codec::{CursorKey, KeyReader, KeyWriter};
use super::scope::{CursorScope, SCOPE_BYTES};
use crate::InvalidValue;

/// The version of the form of cursors. [`Cursor::decode`] refuses other versions.
const VERSION: u8 = 1;
/// The most bytes of a cursor. The longest key holds a span id of 128 bytes.
const MAX_TEXT: usize = 512;
const FOREIGN: &str = "a cursor of this list: same method, tenant, filter, arguments and direction";

/// The position of a record in a list, as opaque text. A page starts after it or ends before it. It is valid
/// for one method, tenant, filter, set of arguments and direction. It stays valid after a restart, and for
/// every limit.
///
/// It is base64url without padding over: the version (1), 8 bytes of SHA-256 over method, tenant,
/// direction and arguments, and the key of the record.
///
/// A cursor is not authenticated. A store may accept a cursor with a changed key. The page is then elsewhere
/// in the same list of the same tenant, which the caller may read anyway. The cursor gives no access to
/// another list or tenant.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Takes the text of a cursor. The read that uses it checks whether it belongs to the list.
    ///
    /// # Errors
    /// [`InvalidValue`] for a text that cannot be a cursor.
    pub fn from_text(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.is_empty() || text.len() > MAX_TEXT || !text.bytes().all(base64url) {
            return Err(InvalidValue::new(
                "cursor",
                text,
                "the `next` or `previous` of a page",
            ));
        }
        Ok(Self(text))
    }

    /// The text for a caller.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cursor of the record with this key.
    pub fn encode(scope: &CursorScope, key: &impl CursorKey) -> Self {
        let mut writer = KeyWriter(vec![VERSION]);
        writer.0.extend_from_slice(&scope.0);
        key.write(&mut writer);
        Self(URL_SAFE_NO_PAD.encode(writer.0))
    }

    /// The key of the record at this position.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is malformed, of another version, or of another list.
    pub fn decode<K: CursorKey>(&self, scope: &CursorScope) -> Result<K, InvalidValue> {
        let refused = |expected: &'static str| InvalidValue::new("cursor", &self.0, expected);
        let malformed = "the unchanged `next` or `previous` of a page";
        let bytes = URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| refused(malformed))?;
        let (version, rest) = bytes.split_first().ok_or_else(|| refused(malformed))?;
        if *version != VERSION {
            return Err(refused(
                "a cursor of version 1; start again from the first page",
            ));
        }
        let (found, key) = rest
            .split_first_chunk::<SCOPE_BYTES>()
            .ok_or_else(|| refused(malformed))?;
        if *found != scope.0 {
            return Err(refused(FOREIGN));
        }
        let mut reader = KeyReader(key);
        let key = K::read(&mut reader).ok_or_else(|| refused(malformed))?;
        if reader.0.is_empty() {
            Ok(key)
        } else {
            Err(refused(malformed))
        }
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl std::str::FromStr for Cursor {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_text(text)
    }
}

#[cfg(test)]
mod tests;
