//! Where a client does not say what happened. The store says what the client said.

use super::run::Run;

/// A scenario in which clients do not tell the truth.
pub(super) struct Deviation {
    clients: &'static [&'static str],
    scenario: &'static str,
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

const DEVIATIONS: &[Deviation] = &[Deviation {
    clients: PYTHON,
    scenario: "retry",
    reason: "the SDK tries again inside one span, so the refused attempt is not told",
    said: |runs| runs.retain(|run| run.status != "FAILED"),
}];

/// The deviations of a client in a scenario.
pub(super) fn of(client: &str, scenario: &str) -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS
        .iter()
        .filter(move |known| known.scenario == scenario && known.clients.contains(&client))
}
