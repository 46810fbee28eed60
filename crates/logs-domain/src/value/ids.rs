//! Identifiers that producers choose.

use super::text::text_value;
use crate::InvalidValue;

text_value! {
    /// A customer of the platform. Never starts with `~`, which is kept for the store itself.
    TenantId("tenant_id", max 128, NoControl),
    check |text| match text.starts_with('~') {
        true => Err(InvalidValue::new("tenant_id", text, "text that does not start with `~`")),
        false => Ok(()),
    }
}

text_value! {
    /// One call of a model, unique in its tenant.
    RunId("run_id", max 128, NoControl)
}

text_value! {
    /// A tree of steps and runs that belong together, unique in its tenant.
    TraceId("trace_id", max 128, NoControl)
}

text_value! {
    /// The span that a trace step was made from, unique in its trace.
    SpanId("span_id", max 128, NoControl)
}

text_value! {
    /// A conversation (session, thread) that the calls of several traces belong to: what
    /// OpenTelemetry's `gen_ai.conversation.id` holds, or else `session.id`.
    SessionId("session_id", max 256, NoControl)
}

text_value! {
    /// What ties records of several kinds to one cause, such as a request id; real ones carry
    /// paths and ARNs.
    CorrelationId("correlation_id", max 512, NoControl)
}

text_value! {
    /// The thing that an audit entry is about; may be a path or an ARN.
    EntityId("entity_id", max 512, NoControl)
}

text_value! {
    /// Who did something; may be a path or an ARN.
    ActorId("actor_id", max 512, NoControl)
}

#[cfg(test)]
mod tests {
    use super::{ActorId, CorrelationId, EntityId, SessionId, TenantId};

    #[test]
    fn a_tenant_cannot_take_the_stores_own_keys() {
        assert!(TenantId::new("~platform").is_err());
        assert!(TenantId::new("a~").is_ok());
    }

    #[test]
    fn a_session_is_named_in_one_to_128_bytes() {
        assert!(SessionId::new("").is_err());
        assert!(SessionId::new("s".repeat(256)).is_ok());
        let error = SessionId::new("s".repeat(257)).unwrap_err();
        assert_eq!(error.field(), "session_id");
    }

    #[test]
    fn what_carries_arns_may_be_as_long_as_they_are() {
        assert!(CorrelationId::new("c".repeat(512)).is_ok());
        assert!(CorrelationId::new("c".repeat(513)).is_err());
        assert!(EntityId::new("e".repeat(512)).is_ok());
        assert!(EntityId::new("e".repeat(513)).is_err());
        assert!(ActorId::new("a".repeat(512)).is_ok());
        assert!(ActorId::new("a".repeat(513)).is_err());
    }
}
