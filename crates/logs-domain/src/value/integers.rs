//! Counted quantities with their limits.

/// Declares a whole number from 0 to a limit.
macro_rules! bounded_integer {
    ($(#[$meta:meta])* $name:ident($inner:ty, $field:literal, max $max:expr)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub struct $name($inner);

        impl $name {
            /// The largest value.
            pub const MAX: $inner = $max;

            /// Checks `value` and makes the number.
            ///
            /// # Errors
            /// [`InvalidValue`](crate::InvalidValue) when it is over [`MAX`](Self::MAX).
            pub fn new(value: $inner) -> Result<Self, crate::InvalidValue> {
                if value > Self::MAX {
                    let expected = format!("a whole number from 0 to {}", Self::MAX);
                    return Err(crate::InvalidValue::new($field, value, expected));
                }
                Ok(Self(value))
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $inner {
                self.0
            }

            /// The number as databases keep it.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                self.0 as i64
            }

            /// The number that a database kept.
            ///
            /// # Errors
            /// [`InvalidValue`](crate::InvalidValue) when it is negative or over
            /// [`MAX`](Self::MAX).
            pub fn from_i64(value: i64) -> Result<Self, crate::InvalidValue> {
                match <$inner>::try_from(value) {
                    Ok(number) => Self::new(number),
                    Err(_) => {
                        let expected = format!("a whole number from 0 to {}", Self::MAX);
                        Err(crate::InvalidValue::new($field, value, expected))
                    }
                }
            }
        }

        crate::field::field_value!(
            $name,
            crate::field::ValueType::Integer {
                max: $name::MAX as i64
            },
            Integer,
            as_i64,
            Self::from_i64
        );

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <$inner as serde::Deserialize>::deserialize(deserializer)?;
                Self::new(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

bounded_integer! {
    /// A number of tokens, up to 2^53, which every JSON reader keeps exactly.
    ///
    /// Unknown is `None`, not zero: real clients send no usage on failed calls and on streams
    /// that were not read to their end.
    TokenCount(u64, "tokens", max 1 << 53)
}

bounded_integer! {
    /// A duration in whole milliseconds, up to 2^53.
    DurationMs(u64, "duration_ms", max 1 << 53)
}

bounded_integer! {
    /// The place of a step that its producer numbered, from 0 to 2^31 − 1.
    StepPosition(u32, "position", max i32::MAX as u32)
}

#[cfg(test)]
mod tests {
    use super::{DurationMs, StepPosition, TokenCount};

    #[test]
    fn both_edges_hold() {
        assert_eq!(
            TokenCount::new(1 << 53).unwrap().get(),
            9_007_199_254_740_992
        );
        assert!(TokenCount::new((1 << 53) + 1).is_err());
        assert!(DurationMs::new((1 << 53) + 1).is_err());
        assert_eq!(
            StepPosition::new(2_147_483_647).unwrap().as_i64(),
            2_147_483_647
        );
        assert!(StepPosition::new(2_147_483_648).is_err());
    }

    #[test]
    fn what_a_database_kept_is_checked() {
        assert_eq!(
            TokenCount::from_i64(7).unwrap(),
            TokenCount::new(7).unwrap()
        );
        assert_eq!(TokenCount::from_i64(-1).unwrap_err().value(), "-1");
        assert!(StepPosition::from_i64(1 << 40).is_err());
    }

    #[test]
    fn json_takes_whole_numbers_only() {
        assert_eq!(serde_json::from_str::<TokenCount>("12").unwrap().get(), 12);
        for text in ["-1", "1.0", "1e3", "\"1\"", "9007199254740993"] {
            assert!(serde_json::from_str::<TokenCount>(text).is_err(), "{text}");
        }
    }
}
