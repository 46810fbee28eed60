//! The text of a key.

use std::fmt;
use std::str::FromStr;

use logs_domain::{EntityId, InvalidValue};

const PREFIX: &str = "lgs";
const ID_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;
const EXPECTED: &str = "a key as it was issued: lgs_, 12 digits, _, 64 digits, _, 8 digits";

/// The public part of a key: 12 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_BYTES]);

impl KeyId {
    /// Its name in audit entries.
    ///
    /// # Errors
    /// Never: digits make an entity id.
    pub(crate) fn entity_id(self) -> Result<EntityId, InvalidValue> {
        EntityId::new(self.to_string())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for KeyId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new("key_id", text, "12 hexadecimal digits in lower case");
        let mut bytes = [0; ID_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| refused())?;
        Some(Self(bytes))
            .filter(|id| id.to_string() == text)
            .ok_or_else(refused)
    }
}

/// A key: its id, its secret, and a sum that tells a key that was copied in part.
///
/// The text is `lgs_ID_SECRET_SUM`, in hexadecimal digits. The secret has 256 random bits. The sum is CRC-32 of
/// all before it. The debug form shows the id alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: KeyId,
    secret: [u8; SECRET_BYTES],
}

impl Key {
    /// A new key, of random bytes of the system.
    ///
    /// # Errors
    /// The system has none.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let (mut id, mut secret) = ([0; ID_BYTES], [0; SECRET_BYTES]);
        getrandom::fill(&mut id)?;
        getrandom::fill(&mut secret)?;
        Ok(Self {
            id: KeyId(id),
            secret,
        })
    }

    /// The public part.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) const fn secret(&self) -> &[u8; SECRET_BYTES] {
        &self.secret
    }

    /// The text for the holder, who sees it once.
    #[must_use]
    pub fn reveal(&self) -> String {
        let body = format!("{PREFIX}_{}_{}", self.id, hex::encode(self.secret));
        format!("{body}_{:08x}", crc32fast::hash(body.as_bytes()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}_{}_…", self.id)
    }
}

impl FromStr for Key {
    type Err = InvalidValue;

    /// No error repeats the text: it may be most of a secret.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let refused = || InvalidValue::new("key", "…", EXPECTED);
        let (body, sum) = text.rsplit_once('_').ok_or_else(refused)?;
        if sum != format!("{:08x}", crc32fast::hash(body.as_bytes())) {
            return Err(refused());
        }
        let mut parts = body.split('_');
        let (Some(PREFIX), Some(id), Some(secret), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(refused());
        };
        let id = id.parse().map_err(|_| refused())?;
        let mut bytes = [0; SECRET_BYTES];
        hex::decode_to_slice(secret, &mut bytes).map_err(|_| refused())?;
        Ok(Self { id, secret: bytes })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Key, KeyId};

    #[test]
    fn a_key_is_read_as_it_was_written_and_shows_no_secret() {
        let key = Key::random().unwrap();
        let text = key.reveal();
        assert_eq!(text.parse::<Key>().unwrap(), key);
        assert_eq!(text.len(), 90);
        assert_eq!(format!("{key:?}"), format!("lgs_{}_…", key.id()));
        assert_ne!(Key::random().unwrap(), key);
        assert!("0123456789AB".parse::<KeyId>().is_err());
    }

    #[test]
    fn a_key_that_was_copied_in_part_is_refused_without_its_text() {
        let text = Key::random().unwrap().reveal();
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'0' { b'1' } else { b'0' };
            let refused = String::from_utf8(other)
                .unwrap()
                .parse::<Key>()
                .unwrap_err();
            assert!(!refused.to_string().contains(&text[17..30]), "{place}");
            assert!(text[..place].parse::<Key>().is_err(), "{place}");
        }
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_key(text in any::<String>()) {
            prop_assert!(text.parse::<Key>().is_err());
        }
    }
}
