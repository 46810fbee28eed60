//! Usage: how much the runs of a window used together, in groups.

mod dimension;
mod duration;
mod query;
mod summary;
mod sums;

pub use dimension::{UsageDimension, UsageValue};
pub use duration::{DURATION_BOUNDS_MICROS, DurationHistogram};
pub use query::UsageQuery;
pub use summary::{UsageGroup, UsageSummary};
pub use sums::UsageSums;
