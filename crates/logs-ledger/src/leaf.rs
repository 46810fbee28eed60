//! What a leaf covers: names in the clear, facts by their hash, content behind a salted commitment.

use sha2::{Digest, Sha256};

use crate::hash::{HASH_BYTES, Hash, LEAF_PREFIX, hash_whole};

const LEAF_DOMAIN: &[u8] = b"logs-ledger/leaf/v1\0";
const CONTENT_DOMAIN: &[u8] = b"logs-ledger/content/v1\0";

/// Bytes in a [`Salt`].
pub const SALT_BYTES: usize = 16;

/// Random bytes that keep redacted content from being guessed through its commitment, and an expired record
/// through its leaf hash.
///
/// Each entry needs its own, from a cryptographic generator. It goes when the content goes. It has no `Debug`
/// that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// Takes the random bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SALT_BYTES]) -> Self {
        Self(bytes)
    }

    /// The salt's bytes, to be stored beside the record.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SALT_BYTES] {
        &self.0
    }
}

impl std::fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Salt(..)")
    }
}

/// What stays of redacted content: `SHA-256("logs-ledger/content/v1\0" ‖ salt ‖ content)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment([u8; HASH_BYTES]);

impl Commitment {
    /// Takes a commitment's bytes as they were stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The commitment's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

/// Commits to the bytes of an entry's content, which are opaque here.
#[must_use]
pub fn commit(salt: &Salt, content: &[u8]) -> Commitment {
    let digest = Sha256::new()
        .chain_update(CONTENT_DOMAIN)
        .chain_update(salt.0)
        .chain_update(content)
        .finalize();
    Commitment(digest.into())
}

/// The hash under which a leaf covers the bytes of an entry's facts: their SHA-256.
#[must_use]
pub fn hash_facts(facts: &[u8]) -> Hash {
    hash_whole(facts)
}

/// One entry of the log: a record, by its name, its time and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The tenant of the log. In another tenant's log, the leaf has another hash.
    pub tenant: &'a str,
    /// The number of the record's kind. [`kind_name`](crate::kind_name) gives its word.
    pub kind: u16,
    /// The record's id.
    pub id: [u8; 16],
    /// The record time: microseconds since 1970-01-01 UTC.
    pub recorded_at_micros: i64,
    /// The hash of the facts, which are never redacted: [`hash_facts`].
    pub facts: Hash,
    /// The commitment to the content, which may be redacted: [`commit`].
    pub content: Commitment,
}

impl Leaf<'_> {
    /// The bytes that the log hashes.
    ///
    /// They are `"logs-ledger/leaf/v1\0"`, the tenant's length as a big-endian u32, and its bytes. Then come the
    /// kind as a big-endian u16, the 16 bytes of the id, the time as a big-endian i64, the hash of the facts and
    /// the commitment to the content. Only the tenant varies in length, so the encoding is injective.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_behind(&[])
    }

    /// The encoding behind other bytes.
    fn encode_behind(&self, before: &[u8]) -> Vec<u8> {
        let fixed = LEAF_DOMAIN.len() + 4 + 2 + 16 + 8 + 2 * HASH_BYTES;
        let mut bytes = Vec::with_capacity(before.len() + fixed + self.tenant.len());
        let length = u32::try_from(self.tenant.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(LEAF_DOMAIN);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(self.tenant.as_bytes());
        bytes.extend_from_slice(&self.kind.to_be_bytes());
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&self.recorded_at_micros.to_be_bytes());
        bytes.extend_from_slice(self.facts.as_bytes());
        bytes.extend_from_slice(&self.content.0);
        bytes
    }

    /// The leaf's hash in the log: RFC 6962's leaf hash of [`Leaf::encode`].
    #[must_use]
    pub fn hash(&self) -> Hash {
        // In one update of the hash, because two cost a tenth more.
        hash_whole(&self.encode_behind(&[LEAF_PREFIX]))
    }
}
