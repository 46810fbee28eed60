//! Sums of usage over runs.

use std::collections::{HashMap, HashSet};
use std::fmt;

use logs_domain::{Cost, CostSum, LlmRunSnapshot, RunId};
use serde::Serialize;

/// What runs used together. A call that an SDK and a framework both reported is two runs, one
/// naming the other as its parent: only runs that no other of them names are counted.
#[derive(Debug, Default)]
pub(crate) struct UsageMeter {
    runs: HashMap<RunId, Use>,
    parents: HashSet<RunId>,
}

#[derive(Debug)]
struct Use {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost: Option<Cost>,
}

impl UsageMeter {
    /// Takes a run.
    pub(crate) fn add(&mut self, run: LlmRunSnapshot) {
        self.parents.extend(run.parent_run_id);
        let used = Use {
            input_tokens: run.input_tokens.map(|tokens| tokens.get()),
            output_tokens: run.output_tokens.map(|tokens| tokens.get()),
            cost: run.cost,
        };
        self.runs.insert(run.run_id, used);
    }

    /// The sums over all runs that were taken.
    pub(crate) fn total(&self) -> TokenUsage {
        let counted = |(run, _): &(&RunId, &Use)| !self.parents.contains(*run);
        let runs: Vec<&Use> = self
            .runs
            .iter()
            .filter(counted)
            .map(|(_, used)| used)
            .collect();
        let sum = |tokens: fn(&Use) -> Option<u64>| {
            let known = runs.iter().filter_map(|used| tokens(used));
            known.map(u128::from).sum()
        };
        let unknown = |used: &&&Use| used.input_tokens.is_none() || used.output_tokens.is_none();
        TokenUsage {
            calls: runs.len() as u64,
            enclosing_calls: (self.runs.len() - runs.len()) as u64,
            input_tokens: sum(|used| used.input_tokens),
            output_tokens: sum(|used| used.output_tokens),
            cost: runs.iter().filter_map(|used| used.cost).sum(),
            calls_without_tokens: runs.iter().filter(unknown).count() as u64,
            calls_without_cost: runs.iter().filter(|used| used.cost.is_none()).count() as u64,
        }
    }
}

/// What runs used together.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TokenUsage {
    pub(crate) calls: u64,
    pub(crate) enclosing_calls: u64,
    pub(crate) input_tokens: u128,
    pub(crate) output_tokens: u128,
    #[serde(rename = "cost_nano_usd")]
    pub(crate) cost: CostSum,
    pub(crate) calls_without_tokens: u64,
    pub(crate) calls_without_cost: u64,
}

impl fmt::Display for TokenUsage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = if self.calls == 1 { "call" } else { "calls" };
        write!(
            formatter,
            "{} model {calls}, {} input tokens, {} output tokens, {} USD",
            self.calls, self.input_tokens, self.output_tokens, self.cost
        )?;
        let notes = [
            (self.calls_without_tokens, "without known tokens"),
            (self.calls_without_cost, "without known cost"),
            (self.enclosing_calls, "enclosing, not counted"),
        ];
        formatter.write_str(&in_brackets(&notes))
    }
}

/// What is to be said beside sums, behind a space: the counts that are not zero. Nothing without any.
pub(crate) fn in_brackets(notes: &[(u64, &str)]) -> String {
    let said = notes.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, note)| format!("{count} {note}"))
        .collect();
    if said.is_empty() {
        return String::new();
    }
    format!(" ({})", said.join("; "))
}

#[cfg(test)]
mod tests {
    use logs_domain::{
        Cost, ExecutionStatus, LlmRunSnapshot, Model, NewLlmRun, Provider, RecordSource, RunId,
        TenantId, Timestamp, TokenCount,
    };

    use super::UsageMeter;

    fn run(id: &str, parent: Option<&str>, tokens: Option<u64>) -> LlmRunSnapshot {
        let time = Timestamp::from_micros(0).unwrap();
        let mut draft = NewLlmRun::new(
            RunId::new(id).unwrap(),
            Provider::new("p").unwrap(),
            Model::new("m").unwrap(),
            ExecutionStatus::Succeeded,
            time,
            RecordSource::Sdk,
        );
        draft.parent_run_id = parent.map(|parent| RunId::new(parent).unwrap());
        draft.input_tokens = tokens.map(|tokens| TokenCount::new(tokens).unwrap());
        draft.output_tokens = draft.input_tokens;
        draft.cost = tokens.map(|tokens| Cost::from_nano_usd(tokens as i64).unwrap());
        LlmRunSnapshot::from_parts(TenantId::new("t").unwrap(), draft, time)
    }

    #[test]
    fn a_call_that_was_reported_twice_is_counted_once() {
        let mut meter = UsageMeter::default();
        meter.add(run("framework", None, Some(100)));
        meter.add(run("sdk", Some("framework"), Some(100)));
        meter.add(run("other", Some("elsewhere"), Some(7)));
        let usage = meter.total();
        assert_eq!((usage.calls, usage.enclosing_calls), (2, 1));
        assert_eq!((usage.input_tokens, usage.output_tokens), (107, 107));
        assert_eq!(usage.cost.nano_usd(), 107);
    }

    #[test]
    fn unknown_is_not_zero() {
        let mut meter = UsageMeter::default();
        meter.add(run("a", None, None));
        meter.add(run("b", None, Some(5)));
        assert_eq!(
            meter.total().to_string(),
            "2 model calls, 5 input tokens, 5 output tokens, 0.000000005 USD \
             (1 without known tokens; 1 without known cost)"
        );
    }
}
