//! The scenarios without a file of the truth: a person read their decoded bodies and wrote down what they say.

use super::scenario;

/// A call, as its span tells it: provider, model, status, input and output tokens.
type Call = (
    &'static str,
    &'static str,
    &'static str,
    Option<u64>,
    Option<u64>,
);

const MINI: &str = "gpt-4o-mini-2024-07-18";
const EMBEDDING: &str = "text-embedding-3-small";
const OK: &str = "SUCCEEDED";

const CHAT: Call = ("openai", MINI, OK, Some(26), Some(14));
const SHORT_CHAT: Call = ("openai", MINI, OK, Some(19), Some(14));
const AFTER_TOOL: Call = ("openai", MINI, OK, Some(40), Some(12));
const SHORT_AFTER_TOOL: Call = ("openai", MINI, OK, Some(33), Some(12));
const NO_USAGE: Call = ("openai", MINI, OK, None, None);
const EMBED: Call = ("openai", EMBEDDING, OK, Some(16), None);
const LENGTH: Call = ("openai", "gpt-4o-length", OK, Some(26), Some(14));
const RESPONSES: Call = ("openai", "gpt-4o-mini", OK, Some(36), Some(11));
const ERROR_429: Call = ("openai", "gpt-4o-429", "FAILED", None, None);
const ERROR_500: Call = ("openai", "gpt-4o-500", "FAILED", None, None);
const CUT: Call = ("openai", "gpt-4o-streamcut", "FAILED", None, None);
const TIMEOUT: Call = ("openai", "gpt-4o-timeout", "TIMEOUT", None, None);

/// Scenario, calls, and how many steps there are that are no calls.
const READ: &[(&str, &[Call], usize)] = &[
    ("openinference-openai/429", &[ERROR_429], 0),
    ("openinference-openai/500", &[ERROR_500], 0),
    ("openinference-openai/abandoned", &[NO_USAGE], 0),
    ("openinference-openai/chat", &[CHAT], 0),
    ("openinference-openai/concurrent", &[SHORT_CHAT; 12], 0),
    ("openinference-openai/embed", &[EMBED], 0),
    ("openinference-openai/length", &[LENGTH], 0),
    ("openinference-openai/multichoice", &[CHAT], 0),
    ("openinference-openai/responses", &[RESPONSES], 0),
    ("openinference-openai/stream", &[CHAT], 0),
    ("openinference-openai/stream_nousage", &[NO_USAGE], 0),
    ("openinference-openai/stream_tool", &[SHORT_CHAT], 0),
    ("openinference-openai/streamcut", &[CUT], 0),
    ("openinference-openai/timeout", &[TIMEOUT], 0),
    ("openinference-openai/tool", &[CHAT, AFTER_TOOL], 1),
    ("openllmetry-traceloop/embeddings", &[EMBED], 0),
    ("openllmetry-traceloop/error429", &[ERROR_429], 1),
    ("openllmetry-traceloop/error500", &[ERROR_500], 1),
    ("openllmetry-traceloop/structured", &[SHORT_CHAT], 0),
    ("openllmetry-traceloop/timeout", &[TIMEOUT], 1),
    (
        "openllmetry-traceloop/workflow",
        &[SHORT_CHAT, SHORT_AFTER_TOOL, SHORT_CHAT, NO_USAGE],
        5,
    ),
    ("otel-openai-v2-default/429", &[ERROR_429], 0),
    ("otel-openai-v2-default/abandoned", &[NO_USAGE], 0),
    ("otel-openai-v2-default/chat", &[CHAT], 0),
    ("otel-openai-v2-default/embed", &[EMBED], 0),
    ("otel-openai-v2-default/stream", &[CHAT], 0),
    ("otel-openai-v2-default/streamcut", &[CUT], 0),
    ("otel-openai-v2-default/timeout", &[TIMEOUT], 0),
    ("otel-openai-v2-default/tool", &[CHAT, AFTER_TOOL], 1),
    ("otel-openai-v2-latest-gzip/429", &[ERROR_429], 0),
    ("otel-openai-v2-latest-gzip/500", &[ERROR_500], 0),
    ("otel-openai-v2-latest-gzip/abandoned", &[NO_USAGE], 0),
    ("otel-openai-v2-latest-gzip/chat", &[CHAT], 0),
    (
        "otel-openai-v2-latest-gzip/concurrent",
        &[SHORT_CHAT; 12],
        0,
    ),
    ("otel-openai-v2-latest-gzip/embed", &[EMBED], 0),
    ("otel-openai-v2-latest-gzip/length", &[LENGTH], 0),
    ("otel-openai-v2-latest-gzip/multichoice", &[CHAT], 0),
    // Metrics alone: this instrumentation makes no span of the responses API.
    ("otel-openai-v2-latest-gzip/responses", &[], 0),
    ("otel-openai-v2-latest-gzip/stream", &[CHAT], 0),
    ("otel-openai-v2-latest-gzip/stream_nousage", &[NO_USAGE], 0),
    ("otel-openai-v2-latest-gzip/stream_tool", &[SHORT_CHAT], 0),
    ("otel-openai-v2-latest-gzip/streamcut", &[CUT], 0),
    ("otel-openai-v2-latest-gzip/timeout", &[TIMEOUT], 0),
    ("otel-openai-v2-latest-gzip/tool", &[CHAT, AFTER_TOOL], 1),
    ("vercel-ai-sdk-json/chat", &[SHORT_CHAT], 1),
    ("vercel-ai-sdk-json/embed", &[EMBED], 1),
    ("vercel-ai-sdk-json/error429", &[ERROR_429], 1),
    (
        "vercel-ai-sdk-json/error500retry",
        &[ERROR_500, ERROR_500],
        1,
    ),
    ("vercel-ai-sdk-json/norecord", &[SHORT_CHAT], 1),
    ("vercel-ai-sdk-json/object", &[SHORT_CHAT], 1),
    ("vercel-ai-sdk-json/responses", &[RESPONSES], 1),
    ("vercel-ai-sdk-json/stream", &[SHORT_CHAT], 1),
    ("vercel-ai-sdk-json/timeout", &[TIMEOUT], 1),
    (
        "vercel-ai-sdk-json/tool",
        &[SHORT_CHAT, SHORT_AFTER_TOOL],
        2,
    ),
];

#[test]
fn the_first_scenarios_give_what_a_person_read_in_them() {
    let scenarios = scenario::all();
    let without_truth = scenarios.iter().filter(|(_, scenario)| {
        !scenario.bodies[0]
            .path
            .with_file_name("expected.json")
            .exists()
    });
    let mut checked = 0;
    for (name, scenario) in without_truth {
        let read = READ.iter().find(|(read, ..)| read == name);
        let (_, calls, steps) = read.unwrap_or_else(|| panic!("nobody read {name}"));
        let counted = scenario.counted();
        let count = |tokens: Option<logs_domain::TokenCount>| tokens.map(|tokens| tokens.get());
        let mut told: Vec<_> = counted
            .iter()
            .map(|run| {
                let tokens = (count(run.input_tokens), count(run.output_tokens));
                (
                    run.provider.as_str(),
                    run.model.as_str(),
                    run.execution_status.as_str(),
                    tokens.0,
                    tokens.1,
                )
            })
            .collect();
        let mut expected = calls.to_vec();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{name}");
        assert_eq!(scenario.steps.len(), calls.len() + steps, "{name}: steps");
        assert!(
            scenario.audit.is_empty() && scenario.system.is_empty(),
            "{name}"
        );
        checked += 1;
    }
    println!("{checked} scenarios give what a person read in them");
}
