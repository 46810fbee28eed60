//! Times and durations.

use logs_domain::{DurationMs, InvalidValue, Timestamp};

/// The time of so many nanoseconds since 1970, floored to microseconds. 0 means that the sender does not know
/// it.
pub(crate) fn timestamp(field: &'static str, nanos: u64) -> Result<Timestamp, InvalidValue> {
    if nanos == 0 {
        return Err(InvalidValue::new(
            field,
            nanos,
            "nanoseconds since 1970, and not 0",
        ));
    }
    let micros = i64::try_from(nanos / 1000).unwrap_or(i64::MAX);
    Timestamp::from_micros(micros).map_err(|error| error.in_field(field))
}

/// The duration from start to end, in rounded milliseconds.
pub(crate) fn duration(start_nanos: u64, end_nanos: u64) -> Result<DurationMs, InvalidValue> {
    let Some(nanos) = end_nanos.checked_sub(start_nanos) else {
        let expected = "a time that is not before startTimeUnixNano";
        return Err(InvalidValue::new("endTimeUnixNano", end_nanos, expected));
    };
    DurationMs::new(nanos.saturating_add(500_000) / 1_000_000)
}
