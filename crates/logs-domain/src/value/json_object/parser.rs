//! A strict reader of JSON text (RFC 8259).
//!
//! It is here because the libraries let two things pass in silence that evidence cannot bear: of
//! two members with one name they keep one, and whole numbers that no double holds they round.

use serde_json::{Map, Number, Value};

use super::{FIELD, JsonObject, decimal};
use crate::InvalidValue;

pub(super) const AT_MOST_32_LEVELS: &str = "at most 32 levels";

const LARGEST_INTEGER: u64 = 1 << 53;

/// How many characters of a key an error repeats.
const SHOWN_KEY_CHARACTERS: usize = 32;

/// Which whole numbers are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Integers {
    /// From −2^53 to 2^53.
    UpTo53Bits,
    /// Those, and larger ones that are exactly the canonical text of a double: nothing is lost
    /// then, and the canonical form of `1e16` is of this kind.
    UpTo53BitsOrCanonical,
}

/// Reads `text`, which must be one JSON object and nothing else.
pub(super) fn parse(text: &str, integers: Integers) -> Result<Value, InvalidValue> {
    let mut parser = Parser {
        text,
        at: 0,
        integers,
        least_bytes: 0,
    };
    parser.skip_space();
    if parser.peek() != Some(b'{') {
        return Err(parser.refused("a JSON object"));
    }
    let value = parser.value(1)?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.refused("nothing after the object"));
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    integers: Integers,
    /// The canonical form of what has been read has at least so many bytes.
    least_bytes: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, InvalidValue> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => {
                self.count(1)?;
                self.number()
            }
            _ => {
                self.count(1)?;
                self.word()
            }
        }
    }

    /// Stops the reading of text that cannot fit, before its values fill the memory.
    fn count(&mut self, bytes: usize) -> Result<(), InvalidValue> {
        self.least_bytes += bytes;
        if self.least_bytes > JsonObject::MAX_BYTES {
            return Err(self.refused("at most 65536 bytes in canonical form"));
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<Value, InvalidValue> {
        self.enter(depth)?;
        let mut members = Map::new();
        if self.take_after_space(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.refused("a member in quotes"));
            }
            let key = self.string()?;
            if members.contains_key(&key) {
                return Err(self.duplicate(&key, key_at));
            }
            if !self.take_after_space(b':') {
                return Err(self.refused("`:` after the name of a member"));
            }
            self.skip_space();
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            if self.take_after_space(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take_after_space(b',') {
                return Err(self.refused("`,` or `}` after a member"));
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, InvalidValue> {
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.take_after_space(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            if self.take_after_space(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take_after_space(b',') {
                return Err(self.refused("`,` or `]` after an item"));
            }
        }
    }

    /// Steps over the opening bracket; the depth is checked before anything recurses.
    fn enter(&mut self, depth: usize) -> Result<(), InvalidValue> {
        if depth > JsonObject::MAX_DEPTH {
            return Err(self.refused(AT_MOST_32_LEVELS));
        }
        self.count(2)?;
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<String, InvalidValue> {
        let start = self.at;
        let mut end = start + 1;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(0..=0x1f) => {
                    self.at = end;
                    return Err(self.refused("control characters written as escapes"));
                }
                Some(_) => end += 1,
                None => return Err(self.refused("a text that ends with a quote")),
            }
        }
        // The library knows the escapes, and refuses those that are none and lone surrogates.
        let text = self.text.get(start..=end).unwrap_or_default();
        let string: String = serde_json::from_str(text)
            .map_err(|_| self.refused("a text with valid escapes and no lone surrogates"))?;
        if string.contains('\0') {
            return Err(self.refused("text without NUL"));
        }
        self.count(string.len() + 2)?;
        self.at = end + 1;
        Ok(string)
    }

    fn number(&mut self) -> Result<Value, InvalidValue> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        let leading_zero = whole > 1 && self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        if whole == 0 || leading_zero {
            return Err(self.refused("a number"));
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.refused("a digit after the point"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.refused("a digit in the exponent"));
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        self.read_number(text, is_integer)
            .map(Value::Number)
            .map_err(|expected| {
                self.at = start;
                self.refused(expected)
            })
    }

    fn read_number(&self, text: &str, is_integer: bool) -> Result<Number, &'static str> {
        let small = text.parse::<i64>().ok();
        let small = small.filter(|integer| integer.unsigned_abs() <= LARGEST_INTEGER);
        if let Some(integer) = small {
            return Ok(Number::from(integer));
        }
        let double: f64 = text.parse().map_err(|_| "a number")?;
        let number = Number::from_f64(double).ok_or("a number that a double can hold")?;
        let canonical = || serde_json_canonicalizer::to_string(&number).ok();
        if !is_integer {
            return match decimal::keeps(double, text, canonical) {
                true => Ok(number),
                false => Err("a number that a double keeps to the last digit"),
            };
        }
        let is_reread = self.integers == Integers::UpTo53BitsOrCanonical;
        if is_reread && canonical().is_some_and(|own| own == text) {
            return Ok(number);
        }
        Err("whole numbers from -2^53 to 2^53")
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self) -> Result<Value, InvalidValue> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.refused("a JSON value"))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take_after_space(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn refused(&self, expected: &str) -> InvalidValue {
        self.refused_at(self.at, format!("{expected} (at byte {})", self.at))
    }

    fn duplicate(&self, key: &str, at: usize) -> InvalidValue {
        let shown: String = key.chars().take(SHOWN_KEY_CHARACTERS).collect();
        self.refused_at(at, format!("no duplicate keys ({shown:?} at byte {at})"))
    }

    fn refused_at(&self, at: usize, expected: String) -> InvalidValue {
        InvalidValue::new(FIELD, self.text.get(at..).unwrap_or_default(), expected)
    }
}
