//! What a step did.

use logs_domain::SkillName;

use crate::map::attributes::Attributes;

const SOURCES: &[&str] = &[
    "gen_ai.tool.name",
    "tool.name",
    "ai.toolCall.name",
    "tool_name",
    "function_name",
    "gen_ai.agent.name",
    "agent.name",
    "gen_ai.workflow.name",
    "traceloop.entity.name",
    "graph.node.name",
];

/// The name of a tool, an agent or a workflow.
pub(crate) fn skill(attributes: &Attributes<'_>) -> Option<SkillName> {
    SOURCES
        .iter()
        .find_map(|source| SkillName::new(attributes.text(source)?).ok())
}
