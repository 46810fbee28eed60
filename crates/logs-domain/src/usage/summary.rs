//! The answer to a question for usage.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{StoreError, UsageSums, UsageValue};

/// What the runs of a query used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UsageSummary {
    /// The groups by their keys, the smallest first: by the first value, then the second. Without
    /// dimensions there is one group, even of no runs; else each group has runs.
    pub groups: Vec<UsageGroup>,
    /// The synthetic runs that are in no group, because the filter does not ask for `is_synthetic`.
    pub synthetic_runs: u64,
}

impl UsageSummary {
    /// The most groups of a summary.
    pub const MAX_GROUPS: usize = 10_000;

    /// The error for more groups than that.
    #[must_use]
    pub const fn too_many_groups() -> StoreError {
        StoreError::TooManyGroups {
            maximum: Self::MAX_GROUPS as u64,
        }
    }

    /// All groups together.
    #[must_use]
    pub fn total(&self) -> UsageSums {
        let mut total = UsageSums::default();
        for group in &self.groups {
            total += group.sums;
        }
        total
    }
}

/// Runs that have the same value in each dimension of a query, and what they used.
///
/// In JSON the key is an object with a member for each dimension:
/// `{"key":{"day":"2026-03-02T00:00:00.000000Z","model":"m"},"runs":2,…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageGroup {
    /// One value for each dimension, in the order of [`UsageDimension`](crate::UsageDimension).
    #[serde(serialize_with = "as_object")]
    pub key: Vec<UsageValue>,
    /// What the runs used together.
    #[serde(flatten)]
    pub sums: UsageSums,
}

fn as_object<S: Serializer>(key: &[UsageValue], serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(Some(key.len()))?;
    for value in key {
        object.serialize_entry(&value.dimension(), value)?;
    }
    object.end()
}

#[cfg(test)]
mod tests {
    use super::{UsageGroup, UsageSummary};
    use crate::{Cost, DurationHistogram, Model, SessionId, Timestamp, UsageSums, UsageValue};

    fn group(model: &str, nanos: i64) -> UsageGroup {
        let mut durations = DurationHistogram::default();
        durations.count(Some(14), 2);
        durations.count(None, 1);
        UsageGroup {
            key: vec![
                UsageValue::Day(Timestamp::MIN),
                UsageValue::Model(Model::new(model).unwrap()),
                UsageValue::Session(SessionId::new("s").ok().filter(|_| nanos > 1)),
            ],
            sums: UsageSums {
                runs: 3,
                unknown_usage_runs: 1,
                input_tokens: u128::from(u64::MAX),
                cost: Cost::from_nano_usd(nanos).into_iter().sum(),
                durations,
                ..UsageSums::default()
            },
        }
    }

    #[test]
    fn groups_add_up_beyond_64_bits() {
        let summary = UsageSummary {
            groups: vec![group("a", i64::MAX), group("b", i64::MAX)],
            synthetic_runs: 7,
        };
        let total = summary.total();
        assert_eq!((total.runs, total.unknown_usage_runs), (6, 2));
        assert_eq!(total.input_tokens, 2 * u128::from(u64::MAX));
        assert_eq!(total.cost.nano_usd(), 2 * i128::from(i64::MAX));
        assert_eq!(total.durations.buckets[14], 4);
        assert_eq!(total.durations.unknown_runs, 2);
    }

    #[test]
    fn json_has_the_key_as_an_object_and_the_sums_beside_it() {
        let json = serde_json::to_string(&group("m", 1)).unwrap();
        assert_eq!(
            json,
            r#"{"key":{"day":"0001-01-01T00:00:00.000000Z","model":"m","session":null},"runs":3,"#
                .to_owned()
                + r#""unknown_usage_runs":1,"unknown_cost_runs":0,"input_tokens":18446744073709551615,"#
                + r#""output_tokens":0,"cost_nano_usd":1,"duration_buckets":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,2],"#
                + r#""unknown_duration_runs":1}"#
        );
    }
}
