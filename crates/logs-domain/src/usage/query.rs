//! What is summed up, and by what.

use std::collections::BTreeSet;

use crate::{LlmRunFilter, UsageDimension};

/// Which runs are summed up, and by what they are grouped. The default sums up all runs together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageQuery {
    /// Which runs: mostly a window of `started_at`. Where it does not ask for `is_synthetic`, synthetic
    /// runs are counted apart.
    pub filter: LlmRunFilter,
    /// By what they are grouped; by nothing makes one group.
    pub group_by: BTreeSet<UsageDimension>,
}

impl UsageQuery {
    /// Sums up the runs of `filter` together.
    #[must_use]
    pub const fn new(filter: LlmRunFilter) -> Self {
        Self {
            filter,
            group_by: BTreeSet::new(),
        }
    }

    /// Groups them by these.
    #[must_use]
    pub fn group_by(mut self, dimensions: impl IntoIterator<Item = UsageDimension>) -> Self {
        self.group_by.extend(dimensions);
        self
    }
}
