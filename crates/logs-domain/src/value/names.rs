//! Names and prose that records carry.

use super::text::text_value;

text_value! {
    /// Who serves the model, such as `anthropic` or `azure.ai.openai`.
    Provider("provider", max 128, NoControl)
}

text_value! {
    /// The model that answered, as the provider names it.
    Model("model", max 256, NoControl)
}

text_value! {
    /// What a trace step did: the name of a tool, an agent, a workflow or a span.
    SkillName("skill_name", max 256, NoControl)
}

text_value! {
    /// How a trace step ended, in the producer's words, such as `ok` or `tool_calls`.
    OutcomeCategory("outcome_category", max 256, NoControl)
}

text_value! {
    /// What a system record says, for people. No NUL; line breaks are kept.
    Summary("summary", max 4096, NoNul)
}

text_value! {
    /// Why something was done or failed, for people. No NUL; line breaks are kept.
    Reason("reason", max 4096, NoNul)
}

text_value! {
    /// The checksum of a delivered file with its algorithm, such as `sha256:9f86…`.
    Checksum("checksum", max 256, NoControl)
}
