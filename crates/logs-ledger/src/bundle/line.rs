//! The lines of `entries.ndjson`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::EntryName;
use super::answers::is_answer;
use super::entry::{BundleEntry, MAX_PAYLOAD_BYTES};
use super::text::{after, bytes, number};
use crate::hash::{HASH_BYTES, Hash};
use crate::proof::MAX_PATH;

/// The most bytes of a line: facts and content, and a proof with the words around them.
pub(super) const MAX_LINE_BYTES: usize = 2 * MAX_PAYLOAD_BYTES + 8192;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntryLine {
    pub(super) index: u64,
    /// In a selection.
    pub(super) chosen: Option<Chosen>,
    pub(super) entry: BundleEntry,
}

/// Why an entry is in a selection, and the proof that it is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) answers: String,
    pub(super) proof: Vec<Hash>,
}

impl EntryLine {
    /// The entry, for messages.
    pub(super) fn name(&self) -> EntryName {
        EntryName {
            index: self.index,
            record: Some((self.entry.kind, self.entry.id)),
        }
    }

    /// The line, without its end.
    pub(super) fn to_text(&self) -> String {
        let index = self.index;
        let chosen = self.chosen.as_ref().map_or_else(String::new, |chosen| {
            let hashes = chosen.proof.iter();
            let hashes: Vec<String> = hashes
                .map(|hash| format!("\"{}\"", STANDARD.encode(hash.as_bytes())))
                .collect();
            let (answers, proof) = (&chosen.answers, hashes.join(","));
            format!("\"answers\":\"{answers}\",\"proof\":[{proof}],")
        });
        let entry = self.entry.to_text();
        format!("{{\"index\":{index},{chosen}\"entry\":{entry}}}")
    }

    /// Reads a line; `None` unless it is what [`to_text`](Self::to_text) writes.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (index, rest) = number(after(line, "{\"index\":")?)?;
        let (chosen, rest) = match rest.strip_prefix(",\"answers\":\"") {
            Some(rest) => {
                let (chosen, rest) = Chosen::split(rest)?;
                (Some(chosen), rest)
            }
            None => (None, rest),
        };
        let (entry, rest) = BundleEntry::split(after(rest, ",\"entry\":")?)?;
        let read = Self {
            index,
            chosen,
            entry,
        };
        (rest == "}" && read.to_text() == line).then_some(read)
    }
}

impl Chosen {
    fn split(text: &str) -> Option<(Self, &str)> {
        let (answers, rest) = text.split_once('"')?;
        let mut rest = after(rest, ",\"proof\":[")?;
        let mut proof = Vec::new();
        while let Some(encoded) = rest.strip_prefix('"') {
            let (hash, behind) = bytes::<HASH_BYTES>(encoded)?;
            proof.push(Hash::from_bytes(hash));
            rest = behind.strip_prefix(',').unwrap_or(behind);
            if proof.len() > MAX_PATH {
                return None;
            }
        }
        let answers = is_answer(answers).then(|| answers.to_owned())?;
        Some((Self { answers, proof }, after(rest, "]")?))
    }
}
