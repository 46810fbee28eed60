//! JSON as in the source, read for a program that may need only some of it.
//!
//! Numbers keep their digits: integers of any size are integers, all others stay decimal text. A value
//! that JSON does not allow, such as half a surrogate pair, costs nothing where nobody uses it. So the
//! reader replaces it, and reports it as a [`Fault`] beside the record. A second reading with other
//! replacements ([`Swap`]) shows whether a program used it.

mod number;
mod text;

use jaq_json::{Map, Val};
use logs_domain::InvalidValue;

/// The largest depth of nested arrays and objects.
pub const DEEPEST: usize = 128;

/// The most values in a record: arrays, objects and their content. The smallest take two bytes in a
/// source and many more in memory, so both their number and their bytes are limited.
pub const MOST_VALUES: usize = 1_000_000;

/// The most faults of a record that are told apart.
const MOST_FAULTS: usize = 64;

/// A value that is no JSON, replaced by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: String,
    value: String,
    expected: &'static str,
}

impl Fault {
    /// The error for a record that needs the value.
    #[must_use]
    pub fn to_error(&self) -> InvalidValue {
        InvalidValue::new("record", &self.value, self.expected).in_field(self.path.clone())
    }
}

/// Which faults get the other of their two replacements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// No fault.
    None,
    /// Every fault.
    All,
    /// The fault with this number.
    One(usize),
}

/// Reads one value.
///
/// # Errors
/// [`InvalidValue`] of field `record` when the structure is broken or exceeds a limit.
pub fn parse(bytes: &[u8], swap: Swap) -> Result<(Val, Vec<Fault>), InvalidValue> {
    let mut parser = Parser {
        bytes,
        at: 0,
        values: MOST_VALUES,
        path: Vec::new(),
        swap,
        found: 0,
        faults: Vec::new(),
    };
    parser.space();
    let value = parser.value(DEEPEST)?;
    parser.space();
    match parser.peek() {
        None => Ok((value, parser.faults)),
        Some(_) => Err(parser.broken("the end of the record")),
    }
}

struct Parser<'b> {
    bytes: &'b [u8],
    at: usize,
    values: usize,
    path: Vec<Step>,
    swap: Swap,
    found: usize,
    faults: Vec<Fault>,
}

/// A step of a path.
enum Step {
    Name(String),
    Place(usize),
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The error for a record with this place in it.
    fn broken(&self, expected: &str) -> InvalidValue {
        let shown = self.rest().get(..256).unwrap_or(self.rest());
        let expected = format!("valid JSON: {expected} at byte {}", self.at);
        InvalidValue::new("record", String::from_utf8_lossy(shown), expected)
    }

    fn value(&mut self, levels: usize) -> Result<Val, InvalidValue> {
        let Some(values) = self.values.checked_sub(1) else {
            let expected = format!("a record of at most {MOST_VALUES} values");
            return Err(InvalidValue::new("record", "more", expected));
        };
        self.values = values;
        match self.peek() {
            Some(b'"') => Ok(Val::utf8_str(self.text()?)),
            Some(b'{' | b'[') if levels == 0 => {
                let expected = format!("a record of at most {DEEPEST} levels");
                Err(InvalidValue::new("record", "more", expected))
            }
            Some(b'{') => self.object(levels - 1),
            Some(b'[') => self.array(levels - 1),
            Some(_) => self.word(),
            None => Err(self.broken("a value")),
        }
    }

    fn array(&mut self, levels: usize) -> Result<Val, InvalidValue> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(items.into_iter().collect());
        }
        loop {
            self.space();
            self.path.push(Step::Place(items.len()));
            items.push(self.value(levels)?);
            self.path.pop();
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.broken("a comma or the end of an array")),
            }
        }
        self.at += 1;
        Ok(items.into_iter().collect())
    }

    fn object(&mut self, levels: usize) -> Result<Val, InvalidValue> {
        self.at += 1;
        let mut members = Map::default();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Val::obj(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.broken("the name of a member"));
            }
            let name = self.text()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.broken("a colon"));
            }
            self.at += 1;
            self.space();
            self.path.push(Step::Name(name.clone()));
            let from = self.at;
            let value = self.value(levels)?;
            let name = Val::utf8_str(name);
            if members.contains_key(&name) {
                let shown = self.bytes.get(from..self.at).unwrap_or_default().to_vec();
                if self.fault(&shown, "a name that occurs once in its object") {
                    members.insert(name, Val::utf8_str("\u{fffd}"));
                }
            } else {
                members.insert(name, value);
            }
            self.path.pop();
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.broken("a comma or the end of an object")),
            }
        }
        self.at += 1;
        Ok(Val::obj(members))
    }

    /// Reports a fault. Answers whether it gets the other replacement.
    fn fault(&mut self, shown: &[u8], expected: &'static str) -> bool {
        let number = self.found;
        self.found += 1;
        if self.faults.len() < MOST_FAULTS {
            let shown = shown.get(..256).unwrap_or(shown);
            self.faults.push(Fault {
                path: self.shown_path(),
                value: String::from_utf8_lossy(shown).into_owned(),
                expected,
            });
        }
        match self.swap {
            Swap::None => false,
            Swap::All => true,
            Swap::One(wanted) => wanted == number,
        }
    }

    fn shown_path(&self) -> String {
        let mut shown = String::new();
        for step in &self.path {
            match step {
                Step::Name(name) if shown.is_empty() => shown.push_str(name),
                Step::Name(name) => shown.push_str(&format!(".{name}")),
                Step::Place(place) => shown.push_str(&format!("[{place}]")),
            }
        }
        if shown.is_empty() {
            shown.push_str("record");
        }
        shown
    }
}

#[cfg(test)]
mod tests;
