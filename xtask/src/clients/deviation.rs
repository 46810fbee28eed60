//! Where a client does not say what happened. The store says what the client said.

use super::run::Run;

/// Scenarios in which clients do not tell the truth.
pub(super) struct Deviation {
    clients: &'static [&'static str],
    scenarios: &'static [&'static str],
    pub(super) reason: &'static str,
    /// Makes what the clients said of the truth.
    pub(super) said: fn(&mut Vec<Run>),
}

/// All clients in Python.
const PYTHON: &[&str] = &[
    "openai-v2-http",
    "openai-v2-grpc",
    "openinference-openai",
    "openinference-anthropic",
    "anthropic-sdk",
    "openllmetry-openai",
    "openllmetry-anthropic",
];

/// The clients that use the AI SDK.
const VERCEL_AI: &[&str] = &["vercel-ai-json", "vercel-ai-protobuf"];

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        clients: PYTHON,
        scenarios: &["abandoned"],
        reason: "a stream that the application abandons ends as a success",
        said: |runs| set_status(runs, "SUCCEEDED"),
    },
    Deviation {
        clients: PYTHON,
        scenarios: &["retry"],
        reason: "the SDK tries again inside one span, so the refused attempt is not told",
        said: |runs| runs.retain(|run| run.status != "FAILED"),
    },
    Deviation {
        clients: &["openllmetry-openai"],
        scenarios: &["cut"],
        reason: "a stream that breaks off ends as a success",
        said: |runs| set_status(runs, "SUCCEEDED"),
    },
    Deviation {
        clients: &["openllmetry-anthropic"],
        scenarios: &[
            "cached",
            "chat",
            "concurrent",
            "error_429",
            "error_500",
            "retry",
            "stream",
            "timeout",
            "tool",
        ],
        reason: "the SDK and the instrumentation tell a call each, and neither names the other",
        said: |runs| runs.extend(runs.clone()),
    },
    Deviation {
        clients: &["openllmetry-anthropic"],
        scenarios: &["stream"],
        reason: "the instrumentation counts one output token too many",
        said: |runs| {
            let output = runs.last_mut().and_then(|run| run.output_tokens.as_mut());
            output.into_iter().for_each(|tokens| *tokens += 1);
        },
    },
    Deviation {
        clients: VERCEL_AI,
        scenarios: &["abandoned", "cut"],
        reason: "a stream that does not reach its end has no span of its call",
        said: Vec::clear,
    },
    Deviation {
        clients: VERCEL_AI,
        scenarios: &["embedding"],
        reason: "embeddings name the model asked for, not the one that answered",
        said: |runs| {
            runs.iter_mut()
                .for_each(|run| run.model = "scripted-embedding".to_owned())
        },
    },
];

fn set_status(runs: &mut [Run], status: &str) {
    for run in runs {
        run.status = status.to_owned();
    }
}

/// The deviations of a client in a scenario, in the order in which they change the truth.
pub(super) fn of(client: &str, scenario: &str) -> impl Iterator<Item = &'static Deviation> {
    let known = DEVIATIONS.iter();
    known
        .filter(move |known| known.scenarios.contains(&scenario) && known.clients.contains(&client))
}
