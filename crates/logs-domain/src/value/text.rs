//! The one form of all text values: bounded in bytes, compared as bytes.

use crate::InvalidValue;

/// What characters a text value takes.
#[derive(Clone, Copy)]
pub(super) enum Characters {
    /// All but NUL, which PostgreSQL cannot keep.
    NoNul,
    /// No control characters (Unicode category Cc).
    NoControl,
}

/// Checks that `text` has 1 to `max_bytes` bytes and only the characters that are taken.
pub(super) fn check(
    field: &'static str,
    text: &str,
    max_bytes: usize,
    characters: Characters,
) -> Result<(), InvalidValue> {
    if text.is_empty() || text.len() > max_bytes {
        let expected = format!("1 to {max_bytes} bytes");
        return Err(InvalidValue::new(field, text, expected));
    }
    match characters {
        Characters::NoNul if text.contains('\0') => {
            Err(InvalidValue::new(field, text, "text without NUL"))
        }
        Characters::NoControl if text.chars().any(char::is_control) => Err(InvalidValue::new(
            field,
            text,
            "text without control characters",
        )),
        Characters::NoNul | Characters::NoControl => Ok(()),
    }
}

/// Declares a text value, short ones of which need no memory of their own, and long ones none for a
/// copy: its documentation, name, field name in errors, limit, characters, and
/// optionally well-known constants.
macro_rules! text_value {
    (
        $(#[$meta:meta])*
        $name:ident($field:literal, max $max:literal, $characters:ident)
        $(, well_known { $($(#[$constant_meta:meta])* $constant:ident = $word:literal),+ $(,)? })?
        $(, check $check:expr)?
    ) => {
        $(#[$meta])*
        ///
        #[doc = concat!("1 to ", $max, " bytes of UTF-8, compared as bytes: case-sensitive, not normalised.")]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(smol_str::SmolStr);

        impl $name {
            /// The longest value, in bytes.
            pub const MAX_BYTES: usize = $max;

            $(
                $($(#[$constant_meta])*
                #[doc = concat!("`", $word, "`")]
                pub const $constant: Self = Self(smol_str::SmolStr::new_static($word));)+

                /// The well-known values; any other valid text is accepted too.
                pub const WELL_KNOWN: &'static [Self] = &[$(Self::$constant),+];
            )?

            /// Checks `text` and makes the value.
            ///
            /// # Errors
            /// [`InvalidValue`](crate::InvalidValue) when the text breaks a rule of the type.
            pub fn new(text: impl AsRef<str>) -> Result<Self, crate::InvalidValue> {
                let text = text.as_ref();
                crate::value::text::check(
                    $field,
                    text,
                    Self::MAX_BYTES,
                    crate::value::text::Characters::$characters,
                )?;
                $(
                    let further: fn(&str) -> Result<(), crate::InvalidValue> = $check;
                    further(text)?;
                )?
                Ok(Self(smol_str::SmolStr::new(text)))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        crate::field::field_value!(
            $name,
            crate::field::ValueType::Text { max_bytes: $max },
            Text,
            as_str,
            Self::new
        );

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(self.as_str(), formatter)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::InvalidValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::InvalidValue;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = crate::InvalidValue;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use text_value;

#[cfg(test)]
mod tests {
    use crate::{Component, Reason, RunId, TenantId};

    #[test]
    fn length_is_counted_in_bytes_and_both_edges_hold() {
        assert!(RunId::new("").is_err());
        assert!(RunId::new("a").is_ok());
        assert!(RunId::new("é".repeat(64)).is_ok());
        let error = RunId::new("é".repeat(64) + "a").unwrap_err();
        assert_eq!(
            (error.field(), error.expected()),
            ("run_id", "1 to 128 bytes")
        );
    }

    #[test]
    fn control_characters_are_refused_in_ids_and_kept_in_prose() {
        for text in ["a\nb", "a\u{7f}", "\u{85}", "\0"] {
            assert!(RunId::new(text).is_err(), "{text:?}");
        }
        assert_eq!(
            Reason::new("two\nlines\t").unwrap().as_str(),
            "two\nlines\t"
        );
        assert!(Reason::new("a\0b").is_err());
    }

    #[test]
    fn values_differ_by_case_and_by_normalisation() {
        assert_ne!(
            TenantId::new("Acme").unwrap(),
            TenantId::new("acme").unwrap()
        );
        assert_ne!(
            RunId::new("\u{e9}").unwrap(),
            RunId::new("e\u{301}").unwrap()
        );
        assert!(RunId::new("Z").unwrap() < RunId::new("a").unwrap());
    }

    #[test]
    fn a_well_known_constant_equals_the_same_text_and_other_text_is_accepted() {
        assert_eq!(Component::new("worker").unwrap(), Component::WORKER);
        assert!(Component::WELL_KNOWN.contains(&Component::WORKER));
        assert_eq!(Component::new("billing").unwrap().as_str(), "billing");
    }

    #[test]
    fn json_is_the_text_and_is_checked_on_the_way_in() {
        let id: RunId = serde_json::from_str("\"r-1\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"r-1\"");
        assert!(serde_json::from_str::<RunId>("\"a\\u0000\"").is_err());
        assert!(serde_json::from_str::<RunId>("7").is_err());
    }
}
