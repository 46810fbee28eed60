//! Numbers, and the three words of JSON.

use jaq_json::{Num, Rc, Val};
use logs_domain::InvalidValue;

use super::Parser;

/// The most characters of a number: longer ones cost more than they are worth.
const LONGEST: usize = 1000;

impl Parser<'_> {
    /// A number, `true`, `false` or `null`.
    pub(super) fn word(&mut self) -> Result<Val, InvalidValue> {
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let bytes = self.bytes;
        let rest = bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| inside(byte)).count();
        let word = rest.get(..length).unwrap_or_default();
        match word {
            b"" => return Err(self.broken("a value")),
            b"null" | b"true" | b"false" => {
                self.at += length;
                return Ok(match word {
                    b"null" => Val::Null,
                    _ => Val::Bool(word == b"true"),
                });
            }
            _ => self.at += length,
        }
        if let Some(number) = number(&String::from_utf8_lossy(word)) {
            return Ok(Val::Num(number));
        }
        let swapped = self.fault(word, "a JSON number of at most 1000 characters");
        Ok(if swapped {
            Val::utf8_str("\u{fffd}")
        } else {
            Val::Null
        })
    }
}

/// A number by the grammar of JSON. An integer stays one, however large. Any other keeps its digits.
pub(crate) fn number(text: &str) -> Option<Num> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let signed = |text: &str| digits(text.strip_prefix(['+', '-']).unwrap_or(text));
    if text.len() > LONGEST
        || !digits(whole)
        || (whole.len() > 1 && whole.starts_with('0'))
        || !fraction.is_none_or(digits)
        || !exponent.is_none_or(signed)
    {
        return None;
    }
    if fraction.is_none() && exponent.is_none() {
        return Num::from_str_radix(text, 10);
    }
    Some(Num::Dec(Rc::new(text.to_owned())))
}
