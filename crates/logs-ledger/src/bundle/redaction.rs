//! Entries that say that a payload was removed.

use super::payload::Part;

/// The kind of the entries that record redactions. Their own parts are never redacted.
pub const REDACTION_KIND: &str = "redaction";

/// What a redaction removed: the payload of the part `what` of a redaction entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// The entry whose parts were removed.
    pub entry_id: [u8; 16],
    /// Whether who acted was removed.
    pub who: bool,
    /// Whether what was done was removed.
    pub what: bool,
}

impl Redaction {
    /// Whether a part was removed.
    #[must_use]
    pub const fn removes(&self, part: Part) -> bool {
        match part {
            Part::Who => self.who,
            Part::What => self.what,
        }
    }

    /// The payload: canonical JSON (RFC 8785) such as
    /// `{"parts":["who","what"],"redacts":"018f4e5c-8f4e-7c3a-8b4e-000000000001"}`.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let parts = [Part::Who, Part::What].into_iter();
        let parts: Vec<String> = parts
            .filter(|part| self.removes(*part))
            .map(|part| format!("\"{}\"", part.as_str()))
            .collect();
        let parts = parts.join(",");
        let id = hyphenated(&self.entry_id);
        format!("{{\"parts\":[{parts}],\"redacts\":\"{id}\"}}").into_bytes()
    }

    /// Reads a payload; `None` unless it is what [`to_payload`](Self::to_payload) writes, with at
    /// least one part.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(payload).ok()?;
        let (_, id) = text.rsplit_once("\"redacts\":\"")?;
        let digits: String = id.strip_suffix("\"}")?.split('-').collect();
        let number = u128::from_str_radix(&digits, 16).ok()?;
        let read = Self {
            entry_id: number.to_be_bytes(),
            who: text.starts_with("{\"parts\":[\"who\""),
            what: text.contains("\"what\"],"),
        };
        ((read.who || read.what) && read.to_payload() == payload).then_some(read)
    }
}

/// An id as UUIDs are written (RFC 9562).
pub(super) fn hyphenated(id: &[u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(*id));
    let mut text = String::with_capacity(36);
    for (place, digit) in digits.char_indices() {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}
