//! What runs are grouped by.

use serde::{Serialize, Serializer};

use crate::value::closed_set;
use crate::{ExecutionStatus, LlmRunSnapshot, Model, Provider, RecordSource, SessionId, Timestamp};

closed_set! {
    /// What runs are grouped by. The order here is that of the values in a key.
    UsageDimension("dimension") {
        /// The day of `started_at`, in UTC.
        Day = "day",
        /// The hour of `started_at`, in UTC.
        Hour = "hour",
        /// The model.
        Model = "model",
        /// Who served the model.
        Provider = "provider",
        /// How the run ended.
        Status = "status",
        /// What kind of client recorded the run.
        Source = "source",
        /// The conversation. Runs without one are a group of their own.
        Session = "session",
    }
}

const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

impl UsageDimension {
    /// The value that a run has in this dimension.
    #[must_use]
    pub fn of(self, run: &LlmRunSnapshot) -> UsageValue {
        match self {
            Self::Day => UsageValue::Day(floored(run.started_at, MICROS_PER_DAY)),
            Self::Hour => UsageValue::Hour(floored(run.started_at, MICROS_PER_HOUR)),
            Self::Model => UsageValue::Model(run.model.clone()),
            Self::Provider => UsageValue::Provider(run.provider.clone()),
            Self::Status => UsageValue::Status(run.execution_status),
            Self::Source => UsageValue::Source(run.source),
            Self::Session => UsageValue::Session(run.session_id.clone()),
        }
    }

    /// How long each value lasts, in microseconds, for those that are periods of time. They begin with
    /// [`Timestamp::MIN`].
    #[must_use]
    pub const fn period_micros(self) -> Option<i64> {
        match self {
            Self::Day => Some(MICROS_PER_DAY),
            Self::Hour => Some(MICROS_PER_HOUR),
            Self::Model | Self::Provider | Self::Status | Self::Source | Self::Session => None,
        }
    }
}

/// The last multiple of `micros` at or before a time. The first time of all is one of each span.
fn floored(time: Timestamp, micros: i64) -> Timestamp {
    time.saturating_add_micros(-time.as_micros().rem_euclid(micros))
}

/// The value of a dimension. Values are ordered by time, by the bytes of their text, or as their set
/// declares them. Runs without a conversation come before those with one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageValue {
    /// The first moment of the day.
    Day(Timestamp),
    /// The first moment of the hour.
    Hour(Timestamp),
    /// The model.
    Model(Model),
    /// Who served the model.
    Provider(Provider),
    /// How the runs ended.
    Status(ExecutionStatus),
    /// What kind of client recorded the runs.
    Source(RecordSource),
    /// The conversation, if the runs belong to one.
    Session(Option<SessionId>),
}

impl UsageValue {
    /// What this is a value of.
    #[must_use]
    pub const fn dimension(&self) -> UsageDimension {
        match self {
            Self::Day(_) => UsageDimension::Day,
            Self::Hour(_) => UsageDimension::Hour,
            Self::Model(_) => UsageDimension::Model,
            Self::Provider(_) => UsageDimension::Provider,
            Self::Status(_) => UsageDimension::Status,
            Self::Source(_) => UsageDimension::Source,
            Self::Session(_) => UsageDimension::Session,
        }
    }
}

impl Serialize for UsageValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Day(time) | Self::Hour(time) => time.serialize(serializer),
            Self::Model(model) => model.serialize(serializer),
            Self::Provider(provider) => provider.serialize(serializer),
            Self::Status(status) => status.serialize(serializer),
            Self::Source(source) => source.serialize(serializer),
            Self::Session(session) => session.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MICROS_PER_DAY, MICROS_PER_HOUR, floored};
    use crate::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn hours_and_days_begin_in_utc_before_and_after_1970() {
        for (time, hour, day) in [
            (
                "2026-03-02T10:00:00Z",
                "2026-03-02T10:00:00Z",
                "2026-03-02T00:00:00Z",
            ),
            (
                "2026-03-02T10:59:59.999999Z",
                "2026-03-02T10:00:00Z",
                "2026-03-02T00:00:00Z",
            ),
            (
                "1969-12-31T23:59:59.999999Z",
                "1969-12-31T23:00:00Z",
                "1969-12-31T00:00:00Z",
            ),
            (
                "1969-12-31T00:00:00Z",
                "1969-12-31T00:00:00Z",
                "1969-12-31T00:00:00Z",
            ),
            (
                "0001-01-01T00:30:00Z",
                "0001-01-01T00:00:00Z",
                "0001-01-01T00:00:00Z",
            ),
        ] {
            assert_eq!(
                floored(at(time), MICROS_PER_HOUR),
                at(hour),
                "hour of {time}"
            );
            assert_eq!(floored(at(time), MICROS_PER_DAY), at(day), "day of {time}");
        }
    }
}
