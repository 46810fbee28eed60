//! What an operator chooses.

/// Where the calls of coding agents are counted that report each one twice: as a span and as a log event,
/// without a common id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentCalls {
    /// Events become runs, and the spans of the same calls steps alone. Events have the cost (Claude Code), the
    /// whole output (Gemini CLI), and are sent with tracing off too.
    #[default]
    FromEvents,
    /// Spans become runs, and events none: for agents that send only their traces here.
    FromSpans,
}

/// What an operator chooses about the mapping. A change changes the records of spans that are sent again: the
/// store then refuses them as conflicts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The names of deployment environments whose runs are synthetic, such as `test`.
    pub synthetic_environments: Vec<String>,
    /// Where the calls of coding agents are counted.
    pub agent_calls: AgentCalls,
}
