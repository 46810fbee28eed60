//! Usage: groups from rows. Each row is a part of a group, of runs whose durations are in one bucket and that
//! are all synthetic, or of which none is.

use std::collections::BTreeMap;

use logs_domain::{
    CostSum, DurationHistogram, StoreResult, Timestamp, UsageDimension, UsageGroup, UsageQuery,
    UsageSummary, UsageSums, UsageValue,
};

use crate::decode::StoredRow;

/// A row of a statement of usage, with the columns `is_synthetic` as a number, `bucket`, `runs`,
/// `known_usage`, `known_cost`, the sums `input_tokens`, `output_tokens` and `cost_nano_usd`, and one for
/// each dimension by its word.
pub trait UsageRow: StoredRow {
    /// A sum, 0 for null.
    ///
    /// # Errors
    /// [`Inconsistent`](logs_domain::StoreError::Inconsistent) where it is no number.
    fn sum(&self, column: &'static str) -> StoreResult<i128>;

    /// The first moment of a day or an hour.
    ///
    /// # Errors
    /// [`Inconsistent`](logs_domain::StoreError::Inconsistent) where it is no time of the domain.
    fn start(&self, dimension: UsageDimension) -> StoreResult<Timestamp>;
}

/// Groups that are being gathered. Parts of a group may come in any order.
#[derive(Clone, Debug)]
pub struct Groups {
    groups: BTreeMap<Vec<UsageValue>, UsageSums>,
    /// Whether synthetic runs are apart.
    is_synthetic_apart: bool,
    synthetic_runs: u64,
}

impl Groups {
    /// No runs yet.
    #[must_use]
    pub fn new(query: &UsageQuery) -> Self {
        let mut groups = BTreeMap::new();
        if query.group_by.is_empty() {
            groups.insert(Vec::new(), UsageSums::default());
        }
        Self {
            groups,
            is_synthetic_apart: query.filter.is_synthetic.is_none(),
            synthetic_runs: 0,
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Inconsistent`](logs_domain::StoreError::Inconsistent) where the row is not one of records that
    /// appends made, [`TooManyGroups`](logs_domain::StoreError::TooManyGroups) for a group beyond
    /// [`UsageSummary::MAX_GROUPS`].
    pub fn add(&mut self, query: &UsageQuery, row: &impl UsageRow) -> StoreResult<()> {
        let is_synthetic = integer(row, "is_synthetic")? != 0;
        let sums = sums(row)?;
        if is_synthetic && self.is_synthetic_apart {
            self.synthetic_runs += sums.runs;
            return Ok(());
        }
        let key = query
            .group_by
            .iter()
            .map(|dimension| value(row, *dimension));
        self.add_sums(key.collect::<StoreResult<_>>()?, sums)
    }

    /// Adds the groups of other runs.
    ///
    /// # Errors
    /// [`TooManyGroups`](logs_domain::StoreError::TooManyGroups) as for [`add`](Self::add).
    pub fn merge(&mut self, others: Self) -> StoreResult<()> {
        self.synthetic_runs += others.synthetic_runs;
        let mut others = others.groups.into_iter();
        others.try_for_each(|(key, sums)| self.add_sums(key, sums))
    }

    fn add_sums(&mut self, key: Vec<UsageValue>, sums: UsageSums) -> StoreResult<()> {
        if let Some(group) = self.groups.get_mut(&key) {
            *group += sums;
        } else if self.groups.len() < UsageSummary::MAX_GROUPS {
            self.groups.insert(key, sums);
        } else {
            return Err(UsageSummary::too_many_groups());
        }
        Ok(())
    }

    /// The answer.
    #[must_use]
    pub fn finish(self) -> UsageSummary {
        let groups = self.groups.into_iter();
        UsageSummary {
            groups: groups.map(|(key, sums)| UsageGroup { key, sums }).collect(),
            synthetic_runs: self.synthetic_runs,
        }
    }
}

fn integer(row: &impl StoredRow, column: &'static str) -> StoreResult<u64> {
    let number = row.optional_integer(column)?.unwrap_or(0);
    u64::try_from(number).map_err(|_| row.inconsistent(column))
}

fn sums(row: &impl UsageRow) -> StoreResult<UsageSums> {
    let bucket = row.optional_integer("bucket")?;
    let runs = integer(row, "runs")?;
    let known_usage = integer(row, "known_usage")?;
    let known_cost = integer(row, "known_cost")?;
    let tokens = |column| {
        let sum = row.sum(column)?;
        u128::try_from(sum).map_err(|_| row.inconsistent(column))
    };
    let mut durations = DurationHistogram::default();
    durations.count(bucket.and_then(|bucket| bucket.try_into().ok()), runs);
    Ok(UsageSums {
        runs,
        unknown_usage_runs: runs.saturating_sub(known_usage),
        unknown_cost_runs: runs.saturating_sub(known_cost),
        input_tokens: tokens("input_tokens")?,
        output_tokens: tokens("output_tokens")?,
        cost: CostSum::from_nano_usd(row.sum("cost_nano_usd")?)
            .map_err(|_| row.inconsistent("cost_nano_usd"))?,
        durations,
    })
}

fn value(row: &impl UsageRow, dimension: UsageDimension) -> StoreResult<UsageValue> {
    let column = dimension.as_str();
    let refused = |_| row.inconsistent(column);
    let optional = || row.optional_text(column);
    let text = || optional()?.ok_or_else(|| row.inconsistent(column));
    Ok(match dimension {
        UsageDimension::Day => UsageValue::Day(row.start(dimension)?),
        UsageDimension::Hour => UsageValue::Hour(row.start(dimension)?),
        UsageDimension::Model => UsageValue::Model(text()?.parse().map_err(refused)?),
        UsageDimension::Provider => UsageValue::Provider(text()?.parse().map_err(refused)?),
        UsageDimension::Status => UsageValue::Status(text()?.parse().map_err(refused)?),
        UsageDimension::Source => UsageValue::Source(text()?.parse().map_err(refused)?),
        UsageDimension::Session => {
            let session = optional()?.map(str::parse).transpose();
            UsageValue::Session(session.map_err(refused)?)
        }
    })
}
