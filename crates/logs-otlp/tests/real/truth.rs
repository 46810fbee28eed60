//! Scenarios whose truth is known: `expected.json` is written from the log of a scripted model API.

use std::fs;

use logs_domain::{ActorType, ExecutionStatus};
use logs_otlp::map::{AgentCalls, Settings};
use serde_json::Value;

use super::deviations::DEVIATIONS;
use super::scenario::{self, Scenario};

/// The clients whose decisions about tools are sent as events.
const AGENTS: &[&str] = &["claude-code/", "codex-cli/", "gemini-cli/"];

/// What a scenario comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Story {
    /// Calls that did not succeed.
    pub(crate) failed: usize,
    /// Input and output tokens of each call that succeeded, sorted. Unknown is 0 here, as in the truth.
    pub(crate) tokens: Vec<(u64, u64)>,
    /// Decisions about tools, sorted: whether it was allowed, and whether a person decided.
    pub(crate) decisions: Vec<(bool, bool)>,
}

impl Story {
    fn told(name: &str, scenario: &Scenario) -> Self {
        let (succeeded, failed): (Vec<_>, Vec<_>) = scenario
            .counted()
            .into_iter()
            .partition(|run| run.execution_status == ExecutionStatus::Succeeded);
        let count =
            |tokens: Option<logs_domain::TokenCount>| tokens.map_or(0, |tokens| tokens.get());
        let tokens = succeeded
            .iter()
            .map(|run| (count(run.input_tokens), count(run.output_tokens)));
        let decisions = scenario.audit.iter().map(|entry| {
            let allowed = match entry.event_type.as_str() {
                "ToolAllowed" => true,
                "ToolRefused" => false,
                other => panic!("{name}: {other}"),
            };
            (allowed, entry.actor_type == ActorType::Human)
        });
        Self {
            failed: failed.len(),
            tokens: tokens.collect(),
            decisions: decisions.collect(),
        }
        .sorted()
    }

    fn true_one(name: &str, expected: &Value) -> Self {
        let calls = expected["model_calls"].as_array().unwrap();
        let ok = |call: &&Value| call["status"] == 200 && call["cut_mid_stream"] != true;
        let succeeded: Vec<&Value> = calls.iter().filter(ok).collect();
        let count = |call: &Value, member: &str| call[member].as_u64().unwrap_or_default();
        let tokens = succeeded.iter().map(|call| {
            let input = count(call, "input_tokens_including_cache");
            (input, count(call, "output_tokens_including_reasoning"))
        });
        let tools = expected["tools"].as_array().unwrap();
        let decisions = tools.iter().map(|tool| {
            let source = tool["decision_source"].as_str().unwrap_or_default();
            (tool["decision"] == "accept", source.starts_with("user"))
        });
        let is_agent = AGENTS.iter().any(|agent| name.starts_with(agent));
        Self {
            failed: calls.len() - succeeded.len(),
            tokens: tokens.collect(),
            decisions: if is_agent {
                decisions.collect()
            } else {
                Vec::new()
            },
        }
        .sorted()
    }

    fn sorted(mut self) -> Self {
        self.tokens.sort_unstable();
        self.decisions.sort_unstable();
        self
    }
}

#[test]
fn every_scenario_tells_what_its_client_did_or_a_known_fault_of_its_sender() {
    let (mut right, mut known, mut wrong) = (0, 0, Vec::new());
    for (name, scenario) in scenario::all() {
        let file = scenario.bodies[0].path.with_file_name("expected.json");
        let Ok(expected) = fs::read_to_string(file) else {
            continue;
        };
        let truth = Story::true_one(&name, &serde_json::from_str(&expected).unwrap());
        let told = Story::told(&name, &scenario);
        let deviation = DEVIATIONS
            .iter()
            .find(|deviation| deviation.scenario == name);
        let expected = match deviation {
            Some(deviation) => {
                assert!(!deviation.reason.is_empty());
                let mut said = truth.clone();
                (deviation.said)(&mut said);
                assert_ne!(said, truth, "{name} is listed and does not deviate");
                known += 1;
                said.sorted()
            }
            None => {
                right += 1;
                truth
            }
        };
        if told != expected {
            wrong.push(format!(
                "{name}:\n    expected {expected:?}\n    told     {told:?}"
            ));
        }
    }
    println!("{right} scenarios as they were, {known} with a known fault of their sender");
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn parts_of_the_usage_are_those_that_the_api_counted() {
    for (name, scenario) in scenario::all() {
        let file = scenario.bodies[0].path.with_file_name("expected.json");
        let Ok(expected) = fs::read_to_string(file) else {
            continue;
        };
        let expected: Value = serde_json::from_str(&expected).unwrap();
        for run in scenario.counted() {
            let attributes = run.attributes.as_ref().unwrap().to_value();
            let input = run.input_tokens.map(|tokens| tokens.get());
            let same_input = |call: &&Value| call["input_tokens_including_cache"].as_u64() == input;
            let calls = expected["model_calls"].as_array().unwrap();
            let Some(call) = calls.iter().find(same_input) else {
                continue;
            };
            for part in [
                "cache_read_tokens",
                "cache_write_tokens",
                "reasoning_tokens",
            ] {
                if attributes[part].is_u64() {
                    assert_eq!(attributes[part], call[part], "{name}: {part}");
                }
            }
        }
    }
}

#[test]
fn the_spans_of_claude_code_tell_the_same_usage_as_its_events() {
    let settings = Settings {
        agent_calls: AgentCalls::FromSpans,
        ..Settings::default()
    };
    let mut checked = 0;
    for (name, scenario) in scenario::all_with(&settings) {
        if name.starts_with("claude-code/") {
            let file = scenario.bodies[0].path.with_file_name("expected.json");
            let expected = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
            let (truth, told) = (
                Story::true_one(&name, &expected),
                Story::told(&name, &scenario),
            );
            assert_eq!(told.tokens, truth.tokens, "{name}");
            assert!(
                scenario
                    .counted()
                    .iter()
                    .all(|run| !run.run_id.as_str().starts_with("log:"))
            );
            checked += 1;
        }
    }
    println!("{checked} scenarios tell the same from spans");
}
