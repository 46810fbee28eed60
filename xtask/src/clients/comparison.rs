//! What the store says beside what the model API saw.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use super::client::Client;
use super::deviation::{self, Deviation};
use super::evidence::Evidence;
use super::run::{self, Call, Run, text};

/// The scenario of runs whose model no client asked for.
const UNKNOWN: &str = "(none)";

/// The comparison of a client, by scenario.
pub(super) struct Comparison {
    client: &'static str,
    scenarios: BTreeMap<String, Scenario>,
    /// What is wrong in all: sums, traces, a second sending.
    faults: Vec<String>,
}

/// A scenario of a client.
#[derive(Default)]
struct Scenario {
    calls: usize,
    /// What the store should have.
    expected: Vec<Run>,
    found: Vec<Run>,
    deviations: Vec<&'static Deviation>,
}

impl Comparison {
    /// Compares the answers after the first sending and after the second with the calls.
    pub(super) fn new(
        client: &Client,
        calls: &[Call],
        once: &Evidence,
        twice: &Evidence,
    ) -> anyhow::Result<Self> {
        let mut scenarios: BTreeMap<String, Scenario> = BTreeMap::new();
        let mut of_model = BTreeMap::new();
        for call in calls {
            let scenario = scenarios.entry(call.scenario.clone()).or_default();
            scenario.calls += 1;
            scenario.expected.push(call.run.clone());
            of_model.insert(call.asked.as_str(), call.scenario.as_str());
            of_model.insert(call.run.model.as_str(), call.scenario.as_str());
        }
        for (name, scenario) in &mut scenarios {
            for known in deviation::of(client.name, name) {
                (known.said)(&mut scenario.expected);
                scenario.deviations.push(known);
            }
        }
        let mut faults = Vec::new();
        if once != twice {
            faults.push("a second sending changes the answers".to_owned());
        }
        for record in counted(&once.runs)? {
            let run = run::of_record(record)?;
            let scenario = of_model.get(run.model.as_str()).unwrap_or(&UNKNOWN);
            let scenario = scenarios.entry((*scenario).to_owned()).or_default();
            scenario.found.push(run);
        }
        for scenario in scenarios.values_mut() {
            scenario.expected.sort_unstable();
            scenario.found.sort_unstable();
        }
        let expected = scenarios.values().flat_map(|scenario| &scenario.expected);
        compare_sums(expected, &once.usage, &mut faults)?;
        compare_traces(once, &mut faults)?;
        Ok(Self {
            client: client.name,
            scenarios,
            faults,
        })
    }

    /// Whether the store says what happened, except for the known deviations.
    pub(super) fn is_right(&self) -> bool {
        self.faults.is_empty() && self.scenarios.values().all(Scenario::is_right)
    }
}

impl Scenario {
    fn is_right(&self) -> bool {
        self.expected == self.found
    }
}

/// The records of runs that sums count: those that no other run names as the call around it.
fn counted(runs: &[Value]) -> anyhow::Result<Vec<&Value>> {
    let records: Vec<_> = runs.iter().map(|run| &run["record"]).collect();
    let around: BTreeSet<_> = records
        .iter()
        .filter_map(|record| record["parent_run_id"].as_str())
        .collect();
    let mut counted = Vec::with_capacity(records.len());
    for record in records {
        if !around.contains(text(record, "run_id")?.as_str()) {
            counted.push(record);
        }
    }
    Ok(counted)
}

/// The sums of each model: runs, input tokens, output tokens.
fn compare_sums<'a>(
    expected: impl Iterator<Item = &'a Run>,
    usage: &[Value],
    faults: &mut Vec<String>,
) -> anyhow::Result<()> {
    let mut sums: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for run in expected {
        let [runs, input, output] = sums.entry(run.model.clone()).or_default();
        *runs += 1;
        *input += run.input_tokens.unwrap_or(0);
        *output += run.output_tokens.unwrap_or(0);
    }
    let mut found = BTreeMap::new();
    for group in usage {
        let model = text(&group["key"], "model")?;
        let of_group = ["runs", "input_tokens", "output_tokens"].map(|name| group[name].clone());
        found.insert(model, of_group);
    }
    let expected: BTreeMap<_, _> = sums
        .into_iter()
        .map(|(model, sums)| (model, sums.map(|sum| json!(sum))))
        .collect();
    let models: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    for model in models {
        let (wanted, got) = (expected.get(model), found.get(model));
        if wanted != got {
            let shown = |sums: Option<&[Value; 3]>| {
                sums.map_or("nothing".to_owned(), |[runs, input, output]| {
                    format!("{runs} runs, {input} and {output} tokens")
                })
            };
            faults.push(format!(
                "the usage of {model} is {}, expected {}",
                shown(got),
                shown(wanted)
            ));
        }
    }
    Ok(())
}

/// The trace of a run has a step of its call, with the same status.
fn compare_traces(evidence: &Evidence, faults: &mut Vec<String>) -> anyhow::Result<()> {
    for (run, tree) in evidence.runs.iter().zip(&evidence.trees) {
        let id = text(&run["record"], "run_id")?;
        let (_, span) = id.split_once(':').unwrap_or_default();
        let steps = tree["steps"].as_array();
        let step = steps.and_then(|steps| steps.iter().find(|step| step["key"]["span"] == span));
        let status = &run["record"]["execution_status"];
        match step {
            None => faults.push(format!("the trace of the run {id} has no step of its call")),
            Some(step) if step["status"] != *status => faults.push(format!(
                "the step of the run {id} is {}, the run is {status}",
                step["status"]
            )),
            Some(_) => {}
        }
    }
    Ok(())
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "\n{}", self.client)?;
        for (name, scenario) in &self.scenarios {
            let verdict = match (scenario.is_right(), scenario.deviations.is_empty()) {
                (true, true) => "right",
                (true, false) => "deviation",
                (false, _) => "WRONG",
            };
            writeln!(
                formatter,
                "  {name:<22} {:>3} calls {:>3} runs  {verdict}",
                scenario.calls,
                scenario.found.len()
            )?;
            for known in &scenario.deviations {
                writeln!(formatter, "    known: {}", known.reason)?;
            }
            if !scenario.is_right() {
                for run in &scenario.expected {
                    writeln!(formatter, "    expected {run}")?;
                }
                for run in &scenario.found {
                    writeln!(formatter, "    found    {run}")?;
                }
            }
        }
        for fault in &self.faults {
            writeln!(formatter, "  WRONG: {fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
