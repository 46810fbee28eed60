use serde_json::{Value, json};

use super::super::client::CLIENTS;
use super::*;

const CALLS: &str = r#"
{"scenario":"chat","provider":"openai","asked":"m","answered":"m-1","outcome":"answered","input_tokens":7,"output_tokens":3}
{"scenario":"error_429","provider":"openai","asked":"n","answered":null,"outcome":"refused 429","input_tokens":null,"output_tokens":null}
"#;

fn record(id: &str, model: &str, status: &str, tokens: [Option<u64>; 2]) -> Value {
    let [input, output] = tokens;
    json!({"record": {
        "run_id": format!("trace:{id}"), "provider": "openai", "model": model, "execution_status": status,
        "input_tokens": input, "output_tokens": output, "parent_run_id": null,
    }})
}

fn tree(id: &str, status: &str) -> Value {
    json!({"steps": [{"key": {"span": id}, "status": status}]})
}

type Spoil = fn(&mut Evidence);

/// What a service answers that has both calls.
fn truth() -> Evidence {
    Evidence {
        runs: vec![
            record("a", "m-1", "SUCCEEDED", [Some(7), Some(3)]),
            record("b", "n", "FAILED", [None, None]),
        ],
        usage: vec![
            json!({"key": {"model": "m-1"}, "runs": 1, "input_tokens": 7, "output_tokens": 3}),
            json!({"key": {"model": "n"}, "runs": 1, "input_tokens": 0, "output_tokens": 0}),
        ],
        trees: vec![tree("a", "SUCCEEDED"), tree("b", "FAILED")],
    }
}

fn compare(once: &Evidence, twice: &Evidence) -> Comparison {
    let calls = run::calls(CALLS.trim_start()).unwrap();
    Comparison::new(&CLIENTS[0], &calls, once, twice).unwrap()
}

#[test]
fn the_truth_is_right() {
    let comparison = compare(&truth(), &truth());
    assert!(comparison.is_right(), "{comparison}");
}

#[test]
fn a_run_around_another_one_is_not_counted() {
    let mut evidence = truth();
    evidence.runs[0]["record"]["parent_run_id"] = json!("trace:c");
    let around = record("c", "m-1", "SUCCEEDED", [Some(7), Some(3)]);
    evidence.runs.push(around);
    evidence.trees.push(tree("c", "SUCCEEDED"));
    let comparison = compare(&evidence, &evidence);
    assert!(comparison.is_right(), "{comparison}");
}

#[test]
fn each_difference_is_told() {
    let wrong: [(&str, Spoil); 8] = [
        ("a run is missing", |it| drop(it.runs.pop())),
        ("a run is there twice", |it| {
            it.runs.push(record("c", "n", "FAILED", [None, None]));
            it.trees.push(tree("c", "FAILED"));
        }),
        ("other tokens", |it| {
            it.runs[0]["record"]["input_tokens"] = json!(8)
        }),
        ("unknown tokens are 0", |it| {
            it.runs[1]["record"]["input_tokens"] = json!(0)
        }),
        ("a model that nobody asked for", |it| {
            it.runs[0]["record"]["model"] = json!("o")
        }),
        ("other sums", |it| it.usage[0]["output_tokens"] = json!(6)),
        ("a trace without the step", |it| {
            it.trees[0] = json!({"steps": []})
        }),
        ("a step with another status", |it| {
            it.trees[1] = tree("b", "SUCCEEDED")
        }),
    ];
    for (name, spoil) in wrong {
        let mut evidence = truth();
        spoil(&mut evidence);
        assert!(!compare(&evidence, &evidence).is_right(), "{name}");
    }
}

#[test]
fn a_second_sending_that_changes_an_answer_is_told() {
    let mut twice = truth();
    twice.runs[0]["record"]["created_at"] = json!("2026-01-01T00:00:00.000000Z");
    assert!(!compare(&truth(), &twice).is_right());
}

#[test]
fn a_deviation_that_a_client_no_longer_has_is_told() {
    let calls = CALLS.trim_start().replace("error_429", "retry");
    let calls = run::calls(&calls).unwrap();
    let comparison = Comparison::new(&CLIENTS[0], &calls, &truth(), &truth()).unwrap();
    assert!(!comparison.is_right(), "{comparison}");
}
