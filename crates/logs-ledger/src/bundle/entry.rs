//! Entries with what their leaves cover, or with what is left of that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text::{
    after, bytes, hyphenated, is_object_in_a_line, number, split_object, unhyphenated,
};
use crate::hash::{HASH_BYTES, Hash};
use crate::leaf::{Commitment, Leaf, SALT_BYTES, Salt, commit, hash_facts};

/// The most bytes of the facts of an entry, and of its content.
pub const MAX_PAYLOAD_BYTES: usize = 1024 * 1024;

/// An entry, with what is there of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleEntry {
    /// The number of the record's kind.
    pub kind: u16,
    /// The record's id.
    pub id: [u8; 16],
    /// What is there of it.
    pub record: EntryRecord,
}

/// What is there of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryRecord {
    /// All of it.
    Present {
        /// The record time: microseconds since 1970-01-01 UTC.
        recorded_at_micros: i64,
        /// The facts, as they were hashed: a JSON object in one line.
        facts: String,
        /// The content, as it was committed to: a JSON object in one line.
        content: String,
        /// The salt of the commitment.
        salt: Salt,
    },
    /// The content was removed.
    Redacted {
        /// The record time: microseconds since 1970-01-01 UTC.
        recorded_at_micros: i64,
        /// The facts, as they were hashed.
        facts: String,
        /// The commitment to the content.
        commitment: Commitment,
        /// The index of the entry that says so.
        by: u64,
    },
    /// Nothing but the leaf's hash: kind and id are claims then. The record expired, or it is missing.
    Gone {
        /// The hash.
        leaf: Hash,
    },
}

impl BundleEntry {
    /// The hash of its leaf in the log of `tenant`.
    #[must_use]
    pub fn leaf_hash(&self, tenant: &str) -> Hash {
        let (recorded_at_micros, facts, content) = match &self.record {
            EntryRecord::Present {
                recorded_at_micros,
                facts,
                content,
                salt,
            } => (*recorded_at_micros, facts, commit(salt, content.as_bytes())),
            EntryRecord::Redacted {
                recorded_at_micros,
                facts,
                commitment,
                ..
            } => (*recorded_at_micros, facts, *commitment),
            EntryRecord::Gone { leaf } => return *leaf,
        };
        let leaf = Leaf {
            tenant,
            kind: self.kind,
            id: self.id,
            recorded_at_micros,
            facts: hash_facts(facts.as_bytes()),
            content,
        };
        leaf.hash()
    }

    /// The record time: microseconds since 1970-01-01 UTC; `None` when the record is gone.
    #[must_use]
    pub const fn recorded_at_micros(&self) -> Option<i64> {
        match &self.record {
            EntryRecord::Present {
                recorded_at_micros, ..
            }
            | EntryRecord::Redacted {
                recorded_at_micros, ..
            } => Some(*recorded_at_micros),
            EntryRecord::Gone { .. } => None,
        }
    }

    /// Whether bundles and receipts have room for it.
    ///
    /// # Errors
    /// What is wrong with its facts or its content.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (facts, content) = match &self.record {
            EntryRecord::Present { facts, content, .. } => (facts, Some(content)),
            EntryRecord::Redacted { facts, .. } => (facts, None),
            EntryRecord::Gone { .. } => return Ok(()),
        };
        for (name, object) in [("facts", Some(facts)), ("content", content)] {
            let Some(object) = object else { continue };
            if object.len() > MAX_PAYLOAD_BYTES {
                return Err(format!(
                    "the {name} have {} bytes, more than {MAX_PAYLOAD_BYTES}",
                    object.len()
                ));
            }
            if !is_object_in_a_line(object) {
                return Err(format!("the {name} are no JSON object in one line"));
            }
        }
        Ok(())
    }

    /// The entry as a JSON object: one form for each.
    pub(crate) fn to_text(&self) -> String {
        let (kind, id) = (self.kind, hyphenated(&self.id));
        let name = format!("{{\"kind\":{kind},\"id\":\"{id}\"");
        match &self.record {
            EntryRecord::Present {
                recorded_at_micros,
                facts,
                content,
                salt,
            } => {
                let salt = STANDARD.encode(salt.as_bytes());
                format!(
                    "{name},\"recorded_at_micros\":{recorded_at_micros},\"facts\":{facts},\
                     \"content\":{content},\"salt\":\"{salt}\"}}"
                )
            }
            EntryRecord::Redacted {
                recorded_at_micros,
                facts,
                commitment,
                by,
            } => {
                let commitment = STANDARD.encode(commitment.as_bytes());
                format!(
                    "{name},\"recorded_at_micros\":{recorded_at_micros},\"facts\":{facts},\
                     \"commitment\":\"{commitment}\",\"redacted_by\":{by}}}"
                )
            }
            EntryRecord::Gone { leaf } => {
                let leaf = STANDARD.encode(leaf.as_bytes());
                format!("{name},\"leaf\":\"{leaf}\"}}")
            }
        }
    }

    /// Reads an entry and gives what stands behind it; `None` for what [`to_text`](Self::to_text) may not write.
    /// Numbers and base64 may stand in other forms here: whoever reads compares the text.
    pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
        let rest = after(text, "{\"kind\":")?;
        let (kind, rest) = number(rest)?;
        let rest = after(rest, ",\"id\":\"")?;
        let (id, rest) = rest.split_once("\",")?;
        let (record, rest) = if let Some(rest) = rest.strip_prefix("\"leaf\":\"") {
            let (leaf, rest) = bytes::<HASH_BYTES>(rest)?;
            let leaf = Hash::from_bytes(leaf);
            (EntryRecord::Gone { leaf }, rest)
        } else {
            EntryRecord::split(rest)?
        };
        let entry = Self {
            kind,
            id: unhyphenated(id)?,
            record,
        };
        Some((entry, after(rest, "}")?))
    }
}

impl EntryRecord {
    fn split(text: &str) -> Option<(Self, &str)> {
        let rest = after(text, "\"recorded_at_micros\":")?;
        let (recorded_at_micros, rest) = number(rest)?;
        let (facts, rest) = object(after(rest, ",\"facts\":")?)?;
        if let Some(rest) = rest.strip_prefix(",\"commitment\":\"") {
            let (commitment, rest) = bytes::<HASH_BYTES>(rest)?;
            let (by, rest) = number(after(rest, ",\"redacted_by\":")?)?;
            let record = Self::Redacted {
                recorded_at_micros,
                facts,
                commitment: Commitment::from_bytes(commitment),
                by,
            };
            return Some((record, rest));
        }
        let (content, rest) = object(after(rest, ",\"content\":")?)?;
        let (salt, rest) = bytes::<SALT_BYTES>(after(rest, ",\"salt\":\"")?)?;
        let record = Self::Present {
            recorded_at_micros,
            facts,
            content,
            salt: Salt::from_bytes(salt),
        };
        Some((record, rest))
    }
}

fn object(text: &str) -> Option<(String, &str)> {
    let (object, rest) = split_object(text)?;
    (object.len() <= MAX_PAYLOAD_BYTES).then(|| (object.to_owned(), rest))
}
