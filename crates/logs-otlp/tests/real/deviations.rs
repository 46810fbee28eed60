//! Where a sender does not say what happened. The record says what the sender said, and `docs/otlp.md` lists
//! these faults.

use super::truth::Story;

/// A scenario in which the sender does not tell the truth.
pub(crate) struct Deviation {
    pub(crate) scenario: &'static str,
    pub(crate) reason: &'static str,
    /// Makes what the sender said of the truth.
    pub(crate) said: fn(&mut Story),
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    Deviation {
        scenario: "anthropic-sdk-native/stream_abandoned",
        reason: "an abandoned stream has no output tokens",
        said: |story| story.tokens = vec![(1718, 0)],
    },
    Deviation {
        scenario: "claude-code/bash_fails",
        reason: "no event tells the decision about a command that fails",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "claude-code/bash_needs_approval",
        reason: "no event tells a refusal for want of anybody to ask",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "claude-code/bash_refused",
        reason: "no event tells a refusal for want of anybody to ask",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "claude-code/two_tools_one_refused",
        reason: "no event tells a refusal for want of anybody to ask",
        said: |story| story.decisions = vec![(true, false)],
    },
    Deviation {
        scenario: "claude-code/error401",
        reason: "none of the four refused attempts is told",
        said: |story| story.failed = 0,
    },
    Deviation {
        scenario: "claude-code/error429_retry",
        reason: "an attempt that is tried again is not told",
        said: |story| story.failed = 0,
    },
    Deviation {
        scenario: "claude-code/error500_exhausted",
        reason: "only the last of three attempts is told",
        said: |story| story.failed = 1,
    },
    Deviation {
        scenario: "codex-cli/error500_exhausted",
        reason: "three of six requests are told",
        said: |story| story.failed = 3,
    },
    Deviation {
        scenario: "codex-cli/forbidden_rule",
        reason: "no event tells a refusal by a rule",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "codex-cli/user_refuses",
        reason: "no event tells a refusal by a person",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "codex-cli/user_refuses_3",
        reason: "no event tells a refusal by a person",
        said: |story| story.decisions.clear(),
    },
    Deviation {
        scenario: "codex-cli/sandbox_denied",
        reason: "the sandbox refuses in an event of its own what the configuration allowed",
        said: |story| story.decisions.push((false, false)),
    },
    Deviation {
        scenario: "google-adk/chat",
        reason: "the output counts the 100 tokens of reasoning twice",
        said: |story| story.tokens = vec![(1500, 242)],
    },
    Deviation {
        scenario: "litellm-otel-v2/stream_nousage",
        reason: "a stream without usage says 0 tokens",
        said: |story| story.tokens = vec![(0, 0)],
    },
    Deviation {
        scenario: "litellm-proxy-v1/bad_key",
        reason: "the gateway writes a failed call on the span of a request that it refused",
        said: |story| story.failed = 1,
    },
    Deviation {
        scenario: "mlflow-otlp/embed",
        reason: "embeddings have no tokens",
        said: |story| story.tokens = vec![(0, 0)],
    },
    Deviation {
        scenario: "traceloop-0.62/anthropic",
        reason: "the SDK and the instrumentation tell the call in two traces",
        said: |story| story.tokens.push((1700, 47)),
    },
    Deviation {
        scenario: "traceloop-0.62/anthropic_529",
        reason: "the SDK and the instrumentation tell the call in two traces",
        said: |story| story.failed = 2,
    },
];
