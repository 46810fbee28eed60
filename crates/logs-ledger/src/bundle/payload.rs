//! The lines of `payloads.ndjson`: what is behind the two commitments of each entry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::leaf::{Commitment, SALT_BYTES, Salt, commit};

/// The most bytes of one payload.
pub const MAX_PAYLOAD_BYTES: usize = 1024 * 1024;

/// The most bytes of a line: the payload in base64, the salt and the words around them.
pub(super) const MAX_LINE_BYTES: usize = MAX_PAYLOAD_BYTES / 3 * 4 + 256;

/// A part of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Who acted, and why.
    Who,
    /// What was done.
    What,
}

impl Part {
    /// `who` or `what`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::What => "what",
        }
    }
}

/// What is known of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    /// The payload, with the salt of its commitment.
    Present {
        /// The salt.
        salt: Salt,
        /// The bytes that were committed to; what they mean is not the ledger's business.
        payload: Vec<u8>,
    },
    /// The payload was removed.
    Redacted {
        /// The place in the log of the entry that says so.
        by: u64,
    },
}

impl PartContent {
    /// The commitment to a payload that is present.
    #[must_use]
    pub fn commitment(&self) -> Option<Commitment> {
        match self {
            Self::Present { salt, payload } => Some(commit(salt, payload)),
            Self::Redacted { .. } => None,
        }
    }

    /// Whether this is what was committed to; a redacted payload is not known.
    pub(super) fn opens(&self, commitment: &Commitment) -> bool {
        self.commitment().is_none_or(|opened| opened == *commitment)
    }
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PayloadLine {
    pub(super) index: u64,
    pub(super) part: Part,
    pub(super) content: PartContent,
}

impl PayloadLine {
    /// The line, without its end.
    pub(super) fn to_text(&self) -> String {
        let (index, part) = (self.index, self.part.as_str());
        match &self.content {
            PartContent::Present { salt, payload } => {
                let salt = STANDARD.encode(salt.as_bytes());
                let payload = STANDARD.encode(payload);
                format!(
                    "{{\"index\":{index},\"part\":\"{part}\",\"salt\":\"{salt}\",\"payload\":\"{payload}\"}}"
                )
            }
            PartContent::Redacted { by } => {
                format!("{{\"index\":{index},\"part\":\"{part}\",\"redacted_by\":{by}}}")
            }
        }
    }

    /// Reads a line; `None` unless it is what [`to_text`](Self::to_text) writes.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("{\"index\":")?.strip_suffix('}')?;
        let (index, rest) = rest.split_once(",\"part\":\"")?;
        let (part, rest) = rest.split_once("\",")?;
        let part = match part {
            "who" => Part::Who,
            "what" => Part::What,
            _ => return None,
        };
        let content = if let Some(by) = rest.strip_prefix("\"redacted_by\":") {
            PartContent::Redacted {
                by: by.parse().ok()?,
            }
        } else {
            let rest = rest.strip_prefix("\"salt\":\"")?.strip_suffix('"')?;
            let (salt, payload) = rest.split_once("\",\"payload\":\"")?;
            let salt: [u8; SALT_BYTES] = STANDARD.decode(salt).ok()?.try_into().ok()?;
            let payload = STANDARD.decode(payload).ok()?;
            if payload.len() > MAX_PAYLOAD_BYTES {
                return None;
            }
            PartContent::Present {
                salt: Salt::from_bytes(salt),
                payload,
            }
        };
        let read = Self {
            index: index.parse().ok()?,
            part,
            content,
        };
        // Numbers have one form.
        (read.to_text() == line).then_some(read)
    }
}
