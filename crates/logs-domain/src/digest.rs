//! The hash over the content of a draft, and over the arguments that a cursor is bound to.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first 16 bytes of SHA-256 over the producer's fields of a draft.
///
/// Two drafts with the same key are equal exactly when their digests are. The encoding is, for
/// each field that is present, in a fixed order: the length of its name (u32, big-endian), the
/// name, the length of the value (u64, big-endian), the value. An absent field leaves no trace, so
/// that `None` differs from every `Some`, and a field added later leaves old digests as they are.
/// Stores keep digests for ever: the encoding never changes (fixtures hold it).
///
/// It serves idempotency, and is not proof: about 2^64 work finds two records with one digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentDigest([u8; 16]);

impl ContentDigest {
    /// The digest that a store kept.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Receives the fields of a value one by one.
pub(crate) trait FieldSink {
    fn bytes(&mut self, name: &'static str, value: &[u8]);

    fn text(&mut self, name: &'static str, value: &str) {
        self.bytes(name, value.as_bytes());
    }

    fn integer(&mut self, name: &'static str, value: i64) {
        self.bytes(name, &value.to_be_bytes());
    }

    fn optional_text(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn optional_integer(&mut self, name: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.integer(name, value);
        }
    }
}

/// Hashes fields in the encoding that [`ContentDigest`] documents. They are put together first:
/// hashed in many small pieces, a record takes a third longer.
pub struct FieldHasher(Vec<u8>);

impl FieldHasher {
    /// `domain` keeps hashes of different things apart.
    pub fn new(domain: &'static str) -> Self {
        let mut hasher = Self(Vec::with_capacity(1024));
        hasher.text("domain", domain);
        hasher
    }

    pub fn finish<const N: usize>(self) -> [u8; N] {
        const { assert!(N <= 32, "SHA-256 has 32 bytes") };
        let hash = Sha256::digest(&self.0);
        std::array::from_fn(|index| hash[index])
    }

    pub fn content_digest(self) -> ContentDigest {
        ContentDigest(self.finish())
    }
}

impl FieldSink for FieldHasher {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        // Names are literals of this crate and values are bounded, so neither length truncates.
        self.0.extend_from_slice(&(name.len() as u32).to_be_bytes());
        self.0.extend_from_slice(name.as_bytes());
        self.0
            .extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.0.extend_from_slice(value);
    }
}

/// Adds up how many bytes the fields take in the encoding that [`ContentDigest`] documents.
#[derive(Default)]
pub(crate) struct FieldCounter(pub(crate) usize);

impl FieldSink for FieldCounter {
    fn bytes(&mut self, name: &'static str, value: &[u8]) {
        self.0 += 4 + name.len() + 8 + value.len();
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldCounter, FieldHasher, FieldSink};

    fn hash(fields: &[(&'static str, &str)]) -> [u8; 32] {
        let mut hasher = FieldHasher::new("test");
        for (name, value) in fields {
            hasher.text(name, value);
        }
        hasher.finish()
    }

    #[test]
    fn a_byte_cannot_move_between_neighbours() {
        assert_ne!(hash(&[("a", "bc")]), hash(&[("ab", "c")]));
        assert_ne!(
            hash(&[("a", "x"), ("b", "")]),
            hash(&[("a", ""), ("b", "x")])
        );
        assert_ne!(hash(&[("a", "")]), hash(&[]));
    }

    #[test]
    fn domains_are_apart() {
        let other: [u8; 32] = FieldHasher::new("other").finish();
        assert_ne!(other, hash(&[]));
    }

    #[test]
    fn the_counter_counts_what_the_hasher_hashes() {
        let mut counter = FieldCounter::default();
        counter.text("ab", "xyz");
        counter.optional_text("absent", None);
        counter.optional_integer("n", Some(1));
        assert_eq!(counter.0, (4 + 2 + 8 + 3) + (4 + 1 + 8 + 8));
    }
}
