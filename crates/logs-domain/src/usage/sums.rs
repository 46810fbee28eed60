//! What runs used together.

use std::ops::AddAssign;

use serde::Serialize;

use crate::{CostSum, DurationHistogram, LlmRunSnapshot, TokenCount};

/// What runs used together. No sum overflows, however many runs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UsageSums {
    /// How many runs.
    pub runs: u64,
    /// Runs of which one of the token counts is unknown, or both.
    pub unknown_usage_runs: u64,
    /// Runs of which the cost is unknown.
    pub unknown_cost_runs: u64,
    /// The input tokens that are known.
    pub input_tokens: u128,
    /// The output tokens that are known.
    pub output_tokens: u128,
    /// The cost that is known, in nano-dollars in JSON.
    #[serde(rename = "cost_nano_usd")]
    pub cost: CostSum,
    /// How long they took.
    #[serde(flatten)]
    pub durations: DurationHistogram,
}

impl UsageSums {
    /// What one run used.
    #[must_use]
    pub fn of(run: &LlmRunSnapshot) -> Self {
        let is_unknown = run.input_tokens.is_none() || run.output_tokens.is_none();
        let tokens = |count: Option<TokenCount>| count.map_or(0, |count| u128::from(count.get()));
        Self {
            runs: 1,
            unknown_usage_runs: u64::from(is_unknown),
            unknown_cost_runs: u64::from(run.cost.is_none()),
            input_tokens: tokens(run.input_tokens),
            output_tokens: tokens(run.output_tokens),
            cost: run.cost.into_iter().sum(),
            durations: DurationHistogram::of(run),
        }
    }
}

impl AddAssign for UsageSums {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.unknown_usage_runs += other.unknown_usage_runs;
        self.unknown_cost_runs += other.unknown_cost_runs;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cost += other.cost;
        self.durations += other.durations;
    }
}
