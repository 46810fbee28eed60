//! What a leaf covers: names in the clear, payloads behind salted commitments.

use sha2::{Digest, Sha256};

use crate::error::LedgerError;
use crate::hash::{HASH_BYTES, Hash, LEAF_PREFIX, hash_whole};

const LEAF_DOMAIN: &[u8] = b"logs-ledger/leaf/v1\0";
const PART_DOMAIN: &[u8] = b"logs-ledger/part/v1\0";

/// Bytes in a [`Salt`].
pub const SALT_BYTES: usize = 32;

/// Random bytes that keep a redacted payload from being guessed through its commitment.
///
/// Each part of each entry needs its own, from a cryptographic generator. It goes when the payload
/// goes. It has no `Debug` that shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// Takes the random bytes as they are.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SALT_BYTES]) -> Self {
        Self(bytes)
    }

    /// The salt's bytes, to be stored beside the payload.
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

/// The part of a payload that stays for ever: `SHA-256("logs-ledger/part/v1\0" ‖ salt ‖ payload)`.
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

/// Commits to a payload's bytes, which are opaque here.
#[must_use]
pub fn commit(salt: &Salt, payload: &[u8]) -> Commitment {
    let digest = Sha256::new()
        .chain_update(PART_DOMAIN)
        .chain_update(salt.0)
        .chain_update(payload)
        .finalize();
    Commitment(digest.into())
}

/// One audit entry in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The tenant of the log. In another tenant's log, the leaf has another hash.
    pub tenant: &'a str,
    /// The entry's id.
    pub entry_id: [u8; 16],
    /// When it happened, by the producer's claim: microseconds since 1970-01-01 UTC.
    pub occurred_at_micros: i64,
    /// What kind of entry it is.
    pub kind: &'a str,
    /// Commitment to the part *who*: the actor and the reason.
    pub who: Commitment,
    /// Commitment to the part *what*: the action.
    pub what: Commitment,
}

impl<'a> Leaf<'a> {
    /// Parses the bytes of a leaf. `None` unless [`encode`](Self::encode) writes the same bytes.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(LEAF_DOMAIN)?;
        let (tenant, rest) = split_text(rest)?;
        let (entry_id, rest) = rest.split_first_chunk::<16>()?;
        let (occurred_at, rest) = rest.split_first_chunk::<8>()?;
        let (kind, rest) = split_text(rest)?;
        let (who, rest) = rest.split_first_chunk::<HASH_BYTES>()?;
        let (what, rest) = rest.split_first_chunk::<HASH_BYTES>()?;
        rest.is_empty().then_some(Self {
            tenant,
            entry_id: *entry_id,
            occurred_at_micros: i64::from_be_bytes(*occurred_at),
            kind,
            who: Commitment(*who),
            what: Commitment(*what),
        })
    }

    /// The bytes that the log hashes.
    ///
    /// They are `"logs-ledger/leaf/v1\0"`, the tenant's length as a big-endian u32, and its bytes. Then come the
    /// 16 bytes of the id, the time as a big-endian i64, the kind's length and bytes, and the commitments `who`
    /// and `what`. Fixed widths and length prefixes make the encoding injective.
    ///
    /// # Errors
    /// [`LedgerError::FieldTooLong`] if a text is too long for its length prefix.
    pub fn encode(&self) -> Result<Vec<u8>, LedgerError> {
        self.encode_behind(&[])
    }

    /// The encoding behind other bytes.
    fn encode_behind(&self, before: &[u8]) -> Result<Vec<u8>, LedgerError> {
        let texts = self.tenant.len() + self.kind.len();
        let mut bytes =
            Vec::with_capacity(before.len() + LEAF_DOMAIN.len() + texts + 32 + 2 * HASH_BYTES);
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(LEAF_DOMAIN);
        push_text(&mut bytes, "tenant", self.tenant)?;
        bytes.extend_from_slice(&self.entry_id);
        bytes.extend_from_slice(&self.occurred_at_micros.to_be_bytes());
        push_text(&mut bytes, "kind", self.kind)?;
        bytes.extend_from_slice(&self.who.0);
        bytes.extend_from_slice(&self.what.0);
        Ok(bytes)
    }

    /// The leaf's hash in the log: RFC 6962's leaf hash of [`Leaf::encode`].
    ///
    /// # Errors
    /// As [`Leaf::encode`].
    pub fn hash(&self) -> Result<Hash, LedgerError> {
        // In one update of the hash, because two cost a tenth more.
        Ok(hash_whole(&self.encode_behind(&[LEAF_PREFIX])?))
    }
}

fn split_text(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

fn push_text(bytes: &mut Vec<u8>, field: &'static str, text: &str) -> Result<(), LedgerError> {
    let length = u32::try_from(text.len()).map_err(|_| LedgerError::FieldTooLong { field })?;
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
    Ok(())
}
