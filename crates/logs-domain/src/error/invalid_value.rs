//! A value that a rule of the domain refuses.

use std::borrow::Cow;
use std::fmt::{self, Display};

/// How many characters of a refused value an error repeats.
const SHOWN_CHARACTERS: usize = 64;

/// The error for a refused value: the field, the value and the expectation.
///
/// The error shortens the value to 64 characters and escapes its control characters. So a terminal or a
/// log can show it safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    field: Cow<'static, str>,
    value: String,
    expected: Cow<'static, str>,
}

impl InvalidValue {
    /// Makes the error for `value` of `field`, with the expectation `expected`.
    pub fn new(
        field: &'static str,
        value: impl Display,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: Cow::Borrowed(field),
            value: shortened(value),
            expected: expected.into(),
        }
    }

    /// The same error about a field that the caller names more precisely, such as `after_state`
    /// for a JSON object, or `records[7].run_id`.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = field.into();
        self
    }

    /// The field of the refused value.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The refused value, shortened and escaped.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The expectation.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl Display for InvalidValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: got `{}`, expected {}",
            self.field, self.value, self.expected
        )
    }
}

impl std::error::Error for InvalidValue {}

fn shortened(value: impl Display) -> String {
    let text = value.to_string();
    let mut shown = String::new();
    for character in text.chars().take(SHOWN_CHARACTERS) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(SHOWN_CHARACTERS).is_some() {
        shown.push_str(&format!("… ({} bytes)", text.len()));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::InvalidValue;

    #[test]
    fn the_message_names_field_value_and_expectation() {
        let error = InvalidValue::new("limit", 0, "1 to 1000");
        assert_eq!(error.to_string(), "limit: got `0`, expected 1 to 1000");
        assert_eq!(error.in_field("page.limit").field(), "page.limit");
    }

    #[test]
    fn a_long_or_unprintable_value_is_shortened_and_escaped() {
        let error = InvalidValue::new("run_id", format!("a\u{0}{}", "é".repeat(100)), "less");
        assert_eq!(
            error.value(),
            format!("a\\u{{0}}{}… (202 bytes)", "é".repeat(62))
        );
    }
}
