//! How many entries of a selection answer to each part of its question.

use std::collections::BTreeMap;
use std::fmt;

use super::text::{after, number};

/// The most parts of a question that entries answer to.
pub const MAX_ANSWERS: usize = 64;

/// The most bytes of the name of such a part.
const MAX_NAME_BYTES: usize = 64;

/// Whether a text can be the name of a part of a question: lower-case letters, digits and underscores.
pub(super) fn is_answer(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(plain)
}

/// How many entries answer to each part of the question, by the name of the part, such as `run` or `step`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<String, u64>);

impl Answers {
    /// The parts, in the order of their names, each with the number of its entries.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// Counts an entry; false for what is no name, and for a part more than there may be.
    pub(super) fn count(&mut self, name: &str) -> bool {
        if let Some(count) = self.0.get_mut(name) {
            *count += 1;
            return true;
        }
        let fits = is_answer(name) && self.0.len() < MAX_ANSWERS;
        if fits {
            self.0.insert(name.to_owned(), 1);
        }
        fits
    }

    /// Reads what [`Display`](fmt::Display) writes, or another order of it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = after(text, "{")?;
        let mut answers = BTreeMap::new();
        while let Some(named) = rest.strip_prefix('"') {
            let (name, behind) = named.split_once('"')?;
            let (count, behind) = number(after(behind, ": ")?)?;
            answers.insert(name.to_owned(), count);
            rest = behind.strip_prefix(", ").unwrap_or(behind);
        }
        let fits = answers.len() <= MAX_ANSWERS && answers.keys().all(|name| is_answer(name));
        (rest == "}" && fits).then_some(Self(answers))
    }
}

impl fmt::Display for Answers {
    /// As a JSON object: `{"run": 1, "step": 12}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("{")?;
        for (place, (name, count)) in self.0.iter().enumerate() {
            let before = if place == 0 { "" } else { ", " };
            write!(formatter, "{before}\"{name}\": {count}")?;
        }
        formatter.write_str("}")
    }
}
