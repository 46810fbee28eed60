//! Hashes over the content of a draft, over a record, and over the arguments of a cursor.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::field::{Field, FieldWriter, Fields, Value};
use crate::{RecordId, TenantId, Timestamp};

/// The first 16 bytes of SHA-256 over the producer's fields of a draft.
///
/// Two drafts with the same key are equal exactly when their digests are. The encoding is, for
/// each field that is present, in the order of [`Fields::FIELDS`]: the length of its name (u32, big-endian), the
/// name, the length of the value (u64, big-endian), the value. The encoding
/// omits absent fields. So `None` differs from every `Some`, and a new field does not change old digests.
/// Stores keep digests for ever, so the encoding never changes. Fixtures test this.
///
/// The digest serves idempotency. It is no proof: about 2^64 operations find two records with one digest.
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
        hexadecimal(&self.0, formatter)
    }
}

impl fmt::Display for ContentDigest {
    /// 32 hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0, formatter)
    }
}

impl serde::Serialize for ContentDigest {
    /// As [`Display`](fmt::Display) writes it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The first 16 bytes of SHA-256 over a whole record: its tenant, its id, its record time and its
/// [`ContentDigest`]. A durable store keeps it beside the key of the record. The store computes it again for
/// each record that it reads or compares.
///
/// The encoding is that of [`ContentDigest`], with the domain `record`. The fields are `tenant_id` (absent for
/// the platform), `id`, `created_at` (microseconds since 1970, i64, big-endian) and `content`. The digest
/// detects accidental changes. A user who may write to the store can compute it too. Only proofs show that
/// nobody altered a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordDigest([u8; 16]);

impl RecordDigest {
    /// The digest of a record of `tenant`, or of the platform.
    #[must_use]
    pub fn new(
        tenant: Option<&TenantId>,
        id: RecordId,
        created_at: Timestamp,
        content: ContentDigest,
    ) -> Self {
        let mut hasher = FieldHasher::new("record");
        hasher.optional_text("tenant_id", tenant.map(TenantId::as_str));
        hasher.bytes("id", id.as_bytes());
        hasher.integer("created_at", created_at.as_micros());
        hasher.bytes("content", content.as_bytes());
        Self(hasher.finish())
    }

    /// Whether this is the digest of the record with the content `draft`.
    #[must_use]
    pub fn confirms<D: Fields>(
        &self,
        tenant: Option<&TenantId>,
        id: RecordId,
        created_at: Timestamp,
        draft: &D,
    ) -> bool {
        draft.is_kept_as(|content| Self::new(tenant, id, created_at, content) == *self)
    }

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

impl fmt::Debug for RecordDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0, formatter)
    }
}

fn hexadecimal(bytes: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(formatter, "{byte:02x}"))
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

    fn value(&mut self, name: &'static str, value: Value<'_>) {
        match value {
            Value::Id(id) => self.bytes(name, id.as_bytes()),
            Value::Text(text) => self.text(name, text),
            Value::Integer(number) => self.integer(name, number),
            Value::Time(time) => self.integer(name, time.as_micros()),
            Value::Flag(flag) => self.integer(name, i64::from(flag)),
        }
    }
}

macro_rules! field_writer {
    ($($sink:ty),+) => {
        $(impl<'a> FieldWriter<'a> for $sink {
            fn write(&mut self, field: &'static Field, value: Option<Value<'a>>) {
                if let Some(value) = value {
                    self.value(field.name, value);
                }
            }
        })+
    };
}

field_writer!(FieldHasher, FieldCounter);

/// Hashes fields in the encoding of [`ContentDigest`]. It first joins the fields, because many small updates
/// of the hash take a third longer.
pub struct FieldHasher(Vec<u8>);

impl FieldHasher {
    /// `domain` separates hashes of different types of values.
    pub fn new(domain: &'static str) -> Self {
        let mut hasher = Self(Vec::with_capacity(512));
        hasher.text("domain", domain);
        hasher
    }

    pub fn finish<const N: usize>(self) -> [u8; N] {
        const { assert!(N <= 32, "SHA-256 has 32 bytes") };
        let hash = Sha256::digest(&self.0);
        std::array::from_fn(|index| hash[index])
    }
}

/// The digest of a draft: that of its fields, in the domain of its kind.
pub(crate) fn content_digest<D: Fields>(draft: &D) -> ContentDigest {
    let mut hasher = FieldHasher::new(D::KIND.as_str());
    draft.write_fields(&mut hasher);
    ContentDigest(hasher.finish())
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
    use super::{ContentDigest, FieldCounter, FieldHasher, FieldSink, RecordDigest};
    use crate::{RecordId, TenantId, Timestamp};

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

    #[test]
    fn a_record_has_another_digest_for_each_of_its_parts() {
        let tenant = |name| TenantId::new(name).unwrap();
        let id = |ordinal| RecordId::imported(&tenant("t"), "digest", ordinal);
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let content = |byte| ContentDigest::from_bytes([byte; 16]);
        let own = RecordDigest::new(Some(&tenant("t")), id(0), at(1), content(2));
        // Stores keep digests for ever.
        assert_eq!(format!("{own:?}"), "6a088e05e1ecefa86c3f8f31bc87b118");
        for other in [
            RecordDigest::new(Some(&tenant("u")), id(0), at(1), content(2)),
            RecordDigest::new(None, id(0), at(1), content(2)),
            RecordDigest::new(Some(&tenant("t")), id(1), at(1), content(2)),
            RecordDigest::new(Some(&tenant("t")), id(0), at(-1), content(2)),
            RecordDigest::new(Some(&tenant("t")), id(0), at(1), content(3)),
        ] {
            assert_ne!(other, own);
        }
        assert_eq!(RecordDigest::from_bytes(*own.as_bytes()), own);
    }
}
