//! Tokens. Input includes what a cache held, and output includes reasoning, as the conventions define them.

use logs_domain::TokenCount;
use serde_json::Value as Json;

use crate::map::attributes::{Attributes, json_count};

const INPUT: &[&str] = &[
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "llm.token_count.prompt",
    "decision.token_count.input",
    "llm.usage.prompt_tokens",
    "ai.usage.tokens",
];

const OUTPUT: &[&str] = &[
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "llm.token_count.completion",
    "decision.token_count.output",
    "llm.usage.completion_tokens",
];

const CACHE_READ: &[&str] = &[
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
];

const CACHE_WRITE: &[&str] = &[
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
    "llm.token_count.prompt_details.cache_write",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
];

const REASONING: &[&str] = &[
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "ai.usage.outputTokenDetails.reasoningTokens",
    "ai.usage.reasoningTokens",
];

/// The usage of one call. Unknown is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// With what a cache held.
    pub(crate) input: Option<TokenCount>,
    /// With reasoning.
    pub(crate) output: Option<TokenCount>,
    pub(crate) cache_read: Option<u64>,
    pub(crate) cache_write: Option<u64>,
    pub(crate) reasoning: Option<u64>,
    /// The sender counted the input without the cache; the counts of the cache prove it, and were added.
    pub(crate) input_was_exclusive: bool,
}

/// Counts as a sender gives them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) input: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) cache_read: Option<u64>,
    pub(crate) cache_write: Option<u64>,
    pub(crate) reasoning: Option<u64>,
}

impl Counts {
    /// The usage of a sender that counts the cache in. A cache larger than the input proves the contrary.
    pub(crate) fn inclusive(self) -> Usage {
        let cached = self.cached();
        let exclusive = self.input.is_some_and(|input| cached > input);
        if exclusive {
            return Usage {
                input_was_exclusive: true,
                ..self.exclusive()
            };
        }
        self.usage(self.input)
    }

    /// The usage of a sender that counts the cache apart.
    pub(crate) fn exclusive(self) -> Usage {
        self.usage(self.input.map(|input| input.saturating_add(self.cached())))
    }

    fn cached(self) -> u64 {
        let write = self.cache_write.unwrap_or_default();
        self.cache_read.unwrap_or_default().saturating_add(write)
    }

    fn usage(self, input: Option<u64>) -> Usage {
        let tokens = |count: Option<u64>| TokenCount::new(count?).ok();
        Usage {
            input: tokens(input),
            output: tokens(self.output),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            reasoning: self.reasoning,
            input_was_exclusive: false,
        }
    }
}

/// The usage that a span claims. `name` is the span's.
pub(crate) fn usage(attributes: &Attributes<'_>, name: &str) -> Usage {
    if name.starts_with("claude_code.") {
        return claude_code(attributes).exclusive();
    }
    let counts = Counts {
        input: attributes.first_count(INPUT),
        output: attributes.first_count(OUTPUT),
        cache_read: attributes.first_count(CACHE_READ),
        cache_write: attributes.first_count(CACHE_WRITE),
        reasoning: attributes.first_count(REASONING),
    };
    if counts.input.is_some() || counts.output.is_some() {
        return counts.inclusive();
    }
    if let Some(details) = attributes.json("langfuse.observation.usage_details") {
        return of_langfuse(&details);
    }
    match attributes.json("mlflow.chat.tokenUsage") {
        Some(usage) => of_provider(&usage).inclusive(),
        None => counts.inclusive(),
    }
}

/// Claude Code's counts, which leave the cache out of the input.
pub(crate) fn claude_code(attributes: &Attributes<'_>) -> Counts {
    Counts {
        input: attributes.count("input_tokens"),
        output: attributes.count("output_tokens"),
        cache_read: attributes.count("cache_read_tokens"),
        cache_write: attributes.count("cache_creation_tokens"),
        reasoning: None,
    }
}

/// Langfuse's own buckets do not overlap. Its SDKs also pass on the object of the provider as it is.
fn of_langfuse(details: &Json) -> Usage {
    let Json::Object(members) = details else {
        return Usage::default();
    };
    if !members.contains_key("input") && !members.contains_key("output") {
        return of_provider(details).inclusive();
    }
    let sum = |prefix: &str| {
        let counts = members
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .filter_map(|(_, count)| json_count(Some(count)));
        counts.reduce(u64::saturating_add)
    };
    let first = |names: &[&str]| names.iter().find_map(|name| json_count(members.get(*name)));
    let apart = Counts {
        input: sum("input"),
        output: sum("output"),
        cache_read: first(&["cache_read_input_tokens"]),
        cache_write: first(&["cache_creation_input_tokens", "cache_write_input_tokens"]),
        reasoning: None,
    };
    Usage {
        cache_read: apart
            .cache_read
            .or_else(|| first(&["input_cached_tokens", "input_cache_read"])),
        cache_write: apart
            .cache_write
            .or_else(|| first(&["input_cache_creation"])),
        reasoning: first(&["output_reasoning_tokens", "output_reasoning"]),
        ..apart.exclusive()
    }
}

/// The object of a provider: OpenAI's chat and responses, Anthropic's.
fn of_provider(usage: &Json) -> Counts {
    let first = |paths: &[&str]| {
        paths
            .iter()
            .find_map(|path| json_count(usage.pointer(path)))
    };
    Counts {
        input: first(&["/prompt_tokens", "/input_tokens"]),
        output: first(&["/completion_tokens", "/output_tokens"]),
        cache_read: first(&[
            "/prompt_tokens_details/cached_tokens",
            "/input_tokens_details/cached_tokens",
            "/cache_read_input_tokens",
        ]),
        cache_write: first(&[
            "/prompt_tokens_details/cache_write_tokens",
            "/input_tokens_details/cache_write_tokens",
            "/cache_creation_input_tokens",
            "/cache_write_input_tokens",
        ]),
        reasoning: first(&[
            "/completion_tokens_details/reasoning_tokens",
            "/output_tokens_details/reasoning_tokens",
        ]),
    }
}
