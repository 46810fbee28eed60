//! Filters of lists.
//!
//! Every field is an exact match. A filter combines them with AND, and the default matches all records. `matches`
//! defines each filter. The memory adapter runs it, and tests compare the queries of other adapters with it.

use std::str::{FromStr, ParseBoolError};

use crate::InvalidValue;
use crate::digest::FieldSink;

/// The arguments of a list besides tenant and page. A cursor is valid for one set of them.
pub trait ReadArguments: sealed::WriteArguments {}

pub(crate) mod sealed {
    use crate::digest::FieldHasher;

    /// Writes every argument that is set, by its name.
    pub trait WriteArguments {
        fn write_arguments(&self, hasher: &mut FieldHasher);
    }
}

impl ReadArguments for crate::TraceId {}

impl sealed::WriteArguments for crate::TraceId {
    fn write_arguments(&self, hasher: &mut crate::digest::FieldHasher) {
        hasher.text("trace_id", self.as_str());
    }
}

impl ReadArguments for crate::CorrelationId {}

impl sealed::WriteArguments for crate::CorrelationId {
    fn write_arguments(&self, hasher: &mut crate::digest::FieldHasher) {
        hasher.text("correlation_id", self.as_str());
    }
}

impl ReadArguments for crate::TimeRange {}

impl sealed::WriteArguments for crate::TimeRange {
    fn write_arguments(&self, hasher: &mut crate::digest::FieldHasher) {
        self.write_to(hasher, "window_from", "window_to");
    }
}

/// Whether an optional filter field takes a value.
pub(crate) fn takes<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// Whether an optional filter field takes an optional value; an absent value matches no wish.
pub(crate) fn takes_optional<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
    wanted.is_none_or(|wanted| found == Some(wanted))
}

/// Why a text is no value of a condition.
pub(crate) trait Refusal {
    fn of(self, text: &str) -> InvalidValue;
}

impl Refusal for InvalidValue {
    fn of(self, _text: &str) -> InvalidValue {
        self
    }
}

impl Refusal for ParseBoolError {
    fn of(self, text: &str) -> InvalidValue {
        InvalidValue::new("flag", text, "true or false")
    }
}

/// Reads the value of a condition, if there is one.
pub(crate) fn from_text<T: FromStr<Err: Refusal>>(
    name: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, InvalidValue> {
    let read = |text: &str| text.parse().map_err(|refused: T::Err| refused.of(text));
    let value = text.map(read).transpose();
    value.map_err(|refused| refused.in_field(name))
}

/// Declares a filter: optional exact fields with chained setters, and time ranges.
macro_rules! filter {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)?
            ; $($(#[$range_meta:meta])* $range:ident: $from_name:literal .. $to_name:literal),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: Option<$type>,)*
            $($(#[$range_meta])* pub $range: crate::TimeRange,)*
        }

        impl $name {
            $(
                #[doc = concat!("Holds only records whose `", stringify!($field), "` is this.")]
                #[must_use]
                pub fn $field(mut self, $field: $type) -> Self {
                    self.$field = Some($field);
                    self
                }
            )*
            $(
                #[doc = concat!("Holds only records whose `", stringify!($range), "_at` is within.")]
                #[must_use]
                pub const fn $range(mut self, $range: crate::TimeRange) -> Self {
                    self.$range = $range;
                    self
                }
            )*

            /// The name of each condition, in the order of declaration. A span of time has two.
            pub const NAMES: &'static [&'static str] =
                &[$(stringify!($field),)* $($from_name, $to_name,)*];

            /// Makes a filter of texts. `text` gives the text of a condition by its [name](Self::NAMES).
            ///
            /// # Errors
            /// [`InvalidValue`](crate::InvalidValue) for a text that is no value of its condition, and for a span
            /// of time that ends before it begins. The field is the name of the condition.
            pub fn from_texts<'a>(
                text: impl Fn(&'static str) -> Option<&'a str>,
            ) -> Result<Self, crate::InvalidValue> {
                use crate::filter::from_text;
                Ok(Self {
                    $($field: from_text(stringify!($field), text(stringify!($field)))?,)*
                    $($range: {
                        let from = from_text($from_name, text($from_name))?;
                        let to = from_text($to_name, text($to_name))?;
                        crate::TimeRange::new(from, to).map_err(|refused| refused.in_field($from_name))?
                    },)*
                })
            }
        }

        impl crate::filter::ReadArguments for $name {}

        impl crate::filter::sealed::WriteArguments for $name {
            fn write_arguments(&self, hasher: &mut crate::digest::FieldHasher) {
                use crate::digest::FieldSink;
                $(
                    if let Some(value) = &self.$field {
                        hasher.text(stringify!($field), &value.to_string());
                    }
                )*
                $(self.$range.write_to(hasher, $from_name, $to_name);)*
            }
        }
    };
}
pub(crate) use filter;

#[cfg(test)]
mod tests {
    use crate::{LlmRunFilter, RunId, TimeRange, Timestamp};

    #[test]
    fn a_filter_is_made_of_texts_by_their_names() {
        assert_eq!(LlmRunFilter::NAMES.len(), 12);
        let none = LlmRunFilter::from_texts(|_| None).unwrap();
        assert_eq!(none, LlmRunFilter::default());
        let texts = LlmRunFilter::from_texts(|name| match name {
            "run_id" => Some("r"),
            "is_synthetic" => Some("true"),
            "created_to" => Some("2026-03-02T00:00:00Z"),
            _ => None,
        });
        let to = Timestamp::parse_rfc3339("2026-03-02T00:00:00Z").unwrap();
        let expected = LlmRunFilter::default()
            .run_id(RunId::new("r").unwrap())
            .is_synthetic(true)
            .created(TimeRange::before(to));
        assert_eq!(texts.unwrap(), expected);
    }

    #[test]
    fn a_refused_text_is_named_by_its_condition() {
        for (name, text, expected) in [
            ("is_synthetic", "yes", "true or false"),
            (
                "execution_status",
                "ok",
                "one of SUCCEEDED, FAILED, ABORTED, TIMEOUT",
            ),
            ("run_id", "", "1 to 128 bytes"),
        ] {
            let only = |asked| Some(text).filter(|_| asked == name);
            let refused = LlmRunFilter::from_texts(only).unwrap_err();
            assert_eq!((refused.field(), refused.expected()), (name, expected));
        }
        let reversed = LlmRunFilter::from_texts(|name| match name {
            "started_from" => Some("2026-03-02T00:00:00Z"),
            "started_to" => Some("2026-03-01T00:00:00Z"),
            _ => None,
        });
        assert_eq!(reversed.unwrap_err().field(), "started_from");
    }
}
