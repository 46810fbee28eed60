//! The conversation.

use logs_domain::SessionId;

use crate::map::attributes::Attributes;

const SOURCES: &[&str] = &[
    "gen_ai.conversation.id",
    "session.id",
    "langfuse.session.id",
    "langfuse.observation.metadata.langfuse_session_id",
    "traceloop.association.properties.session_id",
    "conversation.id",
    "ai.telemetry.metadata.sessionId",
];

pub(crate) fn session(attributes: &Attributes<'_>) -> Option<SessionId> {
    SOURCES
        .iter()
        .find_map(|source| SessionId::new(attributes.text(source)?).ok())
}
