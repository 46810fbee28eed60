//! Filters of lists.
//!
//! Every field is an exact match. A filter combines them with AND, and the default matches all records. `matches`
//! defines each filter. The memory adapter runs it, and tests compare the queries of other adapters with it.

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
