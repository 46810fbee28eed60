//! Entries that say that content was removed.

use super::text::{after, hyphenated, number, unhyphenated};

/// Whose content a redaction removed: the facts of an entry of the kind
/// [`REDACTION_KIND`](crate::REDACTION_KIND).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redaction {
    /// The kind of the record.
    pub kind: u16,
    /// The id of the record.
    pub id: [u8; 16],
}

impl Redaction {
    /// The facts, as canonical JSON (RFC 8785):
    /// `{"redacted_id":"018f4e5c-8f4e-7c3a-8b4e-000000000001","redacted_kind":5}`.
    #[must_use]
    pub fn to_facts(&self) -> String {
        let (id, kind) = (hyphenated(&self.id), self.kind);
        format!("{{\"redacted_id\":\"{id}\",\"redacted_kind\":{kind}}}")
    }

    /// Reads facts; `None` unless they are what [`to_facts`](Self::to_facts) writes.
    #[must_use]
    pub fn parse(facts: &str) -> Option<Self> {
        let (id, rest) = after(facts, "{\"redacted_id\":\"")?.split_once('"')?;
        let (kind, _) = number(after(rest, ",\"redacted_kind\":")?)?;
        let id = unhyphenated(id)?;
        let read = Self { kind, id };
        (read.to_facts() == facts).then_some(read)
    }
}
