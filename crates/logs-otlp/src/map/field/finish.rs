//! Why the model stopped.

use crate::map::attributes::Attributes;

const SOURCES: &[&str] = &[
    "gen_ai.response.finish_reasons",
    "llm.finish_reason",
    "llm.response.finish_reason",
    "ai.response.finishReason",
    "stop_reason",
    "anthropic.message.stop_reason",
    "finish_reasons",
];

/// The reasons; none where nothing says one.
pub(crate) fn reasons(attributes: &Attributes<'_>) -> Vec<String> {
    let found = SOURCES.iter().map(|source| attributes.texts(source));
    found
        .into_iter()
        .find(|reasons| !reasons.is_empty())
        .unwrap_or_default()
}
