//! Flags for spans of time.

use clap::Args;
use logs_domain::{TimeRange, Timestamp};

use crate::failure::Failure;

/// From `from` (included) to `to` (excluded); the error names the flags.
pub(crate) fn window(
    (from_flag, from): (&str, Option<Timestamp>),
    (to_flag, to): (&str, Option<Timestamp>),
) -> Result<TimeRange, Failure> {
    TimeRange::new(from, to).map_err(|_| {
        Failure::usage(format!(
            "{from_flag} is later than {to_flag}; choose an earlier {from_flag}"
        ))
    })
}

/// Declares a pair of flags for a span of time.
macro_rules! range_flags {
    ($name:ident: $what:literal, $from:ident = $from_flag:literal, $to:ident = $to_flag:literal) => {
        #[doc = concat!("A span of time in which records ", $what, ".")]
        #[derive(Args, Clone, Debug, Default)]
        pub(crate) struct $name {
            #[arg(long, value_name = "TIME", help = concat!("Only records that ", $what, " at or after this time"))]
            $from: Option<Timestamp>,
            #[arg(long, value_name = "TIME", help = concat!("Only records that ", $what, " before this time"))]
            $to: Option<Timestamp>,
        }

        impl $name {
            pub(crate) fn range(&self) -> Result<TimeRange, Failure> {
                window(($from_flag, self.$from), ($to_flag, self.$to))
            }
        }
    };
}

range_flags!(StartedFlags: "started", started_from = "--started-from", started_to = "--started-to");
range_flags!(CreatedFlags: "were stored", created_from = "--created-from", created_to = "--created-to");
range_flags!(OccurredFlags: "occurred", occurred_from = "--occurred-from", occurred_to = "--occurred-to");
