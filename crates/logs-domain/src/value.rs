//! Values that are valid by construction: a rule is checked once, where the value is made.

pub(crate) mod closed_sets;
mod cost;
mod ids;
mod integers;
mod json_object;
mod names;
mod open_sets;
mod record_id;
mod text;
mod time_range;
mod timestamp;

pub(crate) use closed_sets::closed_set;
pub use closed_sets::{
    ActorType, CausedBy, ExecutionStatus, ExportFormat, ExportScope, ExportStatus, RecordSource,
    Severity,
};
pub use cost::{Cost, CostSum};
pub use ids::{ActorId, CorrelationId, EntityId, RunId, SessionId, SpanId, TenantId, TraceId};
pub use integers::{DurationMs, StepPosition, TokenCount};
pub use json_object::JsonObject;
pub use names::{Checksum, Model, OutcomeCategory, Provider, Reason, SkillName, Summary};
pub use open_sets::{AuditEventType, Component, EntityType, SystemEventType};
pub use record_id::RecordId;
pub use time_range::TimeRange;
pub use timestamp::Timestamp;
