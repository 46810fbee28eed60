use logs_domain::{Draft, ExecutionStatus, RunId, SpanId, StepKey};

use super::translate;
use crate::import::json::Json;

const TRACE: &str = r#"{"trace":{"id":"t1","timestamp":"2026-01-01T00:00:00Z","sessionId":"s"},
  "observations":[
    {"id":"a","type":"SPAN","name":"agent","level":"DEFAULT","statusMessage":null,
     "startTime":"2026-01-01T00:00:00Z","endTime":"2026-01-01T00:00:02.0005Z","totalCost":0},
    {"id":"b","type":"GENERATION","name":"chat","model":"gpt-5","level":"DEFAULT",
     "parentObservationId":"a","usageDetails":{"input":12,"output":3,"total":15},
     "costDetails":{"total":2.5e-05},"totalCost":2.5e-05,
     "startTime":"2026-01-01T00:00:00.5Z","endTime":"2026-01-01T00:00:01Z"},
    {"id":"c","type":"GENERATION","name":"","model":null,"level":"ERROR",
     "statusMessage":"Request timed out","usageDetails":{},"costDetails":{},
     "startTime":"2026-01-01T00:00:01Z","endTime":null}]}"#;

fn drafts() -> Vec<Draft> {
    translate(&Json::parse(TRACE).unwrap()).unwrap()
}

#[test]
fn every_observation_is_a_step_and_calls_are_runs_too() {
    let kinds: Vec<&str> = drafts().iter().map(|draft| draft.kind().as_str()).collect();
    let expected = [
        "trace",
        "trace_step",
        "trace_step",
        "llm_run",
        "trace_step",
        "llm_run",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_call_owns_tokens_and_cost() {
    let Draft::LlmRun(run) = &drafts()[3] else {
        panic!("a run")
    };
    assert_eq!(run.run_id.as_str(), "t1:b");
    assert_eq!(run.session_id.as_ref().unwrap().as_str(), "s");
    assert_eq!(run.parent_run_id, None, "what is around it is no call");
    assert_eq!(run.input_tokens.unwrap().get(), 12);
    assert_eq!(run.cost.unwrap().nano_usd(), 25_000);
    let attributes = run.attributes.as_ref().unwrap().as_str();
    assert!(
        attributes.contains(r#""assumed":["provider","source"]"#),
        "{attributes}"
    );
    let Draft::TraceStep(outer) = &drafts()[1] else {
        panic!("a step")
    };
    assert_eq!((outer.cost, outer.duration_ms.get()), (None, 2001));
    let Draft::TraceStep(inner) = &drafts()[2] else {
        panic!("a step")
    };
    assert_eq!(
        (inner.cost.unwrap().nano_usd(), inner.duration_ms.get()),
        (25_000, 500)
    );
}

#[test]
fn a_step_names_its_parent_and_a_run_the_nearest_call_around_it() {
    let observation = |id: &str, kind: &str, parent: &str| {
        format!(
            r#"{{"id":"{id}","type":"{kind}","parentObservationId":{parent},
                "startTime":"2026-01-01T00:00:00Z"}}"#
        )
    };
    let observations = [
        observation("outer", "GENERATION", "null"),
        observation("span", "SPAN", "\"outer\""),
        observation("inner", "GENERATION", "\"span\""),
        observation("lost", "GENERATION", "\"elsewhere\""),
        observation("round", "GENERATION", "\"about\""),
        observation("about", "SPAN", "\"round\""),
    ];
    let observations = observations.join(",");
    let trace = format!(r#"{{"trace":{{"id":"t"}},"observations":[{observations}]}}"#);
    let drafts = translate(&Json::parse(&trace).unwrap()).unwrap();
    let mut runs = Vec::new();
    let mut steps = Vec::new();
    for draft in &drafts {
        if let Draft::LlmRun(run) = draft {
            let parent = run.parent_run_id.as_ref().map(RunId::as_str);
            runs.push((run.run_id.as_str(), parent));
        }
        if let Draft::TraceStep(step) = draft {
            let parent = step.parent.as_ref().and_then(StepKey::span_id);
            steps.push(parent.map_or("", SpanId::as_str).to_owned());
        }
    }
    let expected = [
        ("t:outer", None),
        ("t:inner", Some("t:outer")),
        ("t:lost", None),
        ("t:round", None),
    ];
    assert_eq!(runs, expected);
    assert_eq!(steps, ["", "outer", "span", "elsewhere", "about", "round"]);
}

#[test]
fn what_is_not_known_stays_unknown_or_is_listed_as_assumed() {
    let Draft::LlmRun(run) = &drafts()[5] else {
        panic!("a run")
    };
    assert_eq!(
        (run.input_tokens, run.cost, run.completed_at),
        (None, None, None)
    );
    assert_eq!(run.execution_status, ExecutionStatus::Timeout);
    assert_eq!(run.model.as_str(), "unknown");
    let Draft::TraceStep(step) = &drafts()[4] else {
        panic!("a step")
    };
    assert_eq!(step.skill_name.as_str(), "GENERATION");
}

#[test]
fn an_error_names_the_observation() {
    for (from, to, field) in [
        (
            "2026-01-01T00:00:00.5Z",
            "2026-01-01T00:00:00.5",
            "observations[1].startTime",
        ),
        (
            "2.5e-05},\"totalCost\"",
            "-1},\"totalCost\"",
            "observations[1].costDetails.total",
        ),
        (
            "\"input\":12",
            "\"input\":1.5",
            "observations[1].usageDetails",
        ),
        (
            "2026-01-01T00:00:02.0005Z",
            "2025-01-01T00:00:00Z",
            "observations[0].endTime",
        ),
    ] {
        assert!(TRACE.contains(from));
        let changed = Json::parse(&TRACE.replace(from, to)).unwrap();
        assert_eq!(translate(&changed).unwrap_err().field(), field);
    }
    assert_eq!(
        translate(&Json::parse("{}").unwrap()).unwrap_err().field(),
        "trace"
    );
}
