//! The draft of a system record.

use serde::{Deserialize, Serialize};

use super::options;
use crate::digest::FieldSink;
use crate::{
    CausedBy, Component, CorrelationId, JsonObject, RecordId, Severity, Summary, SystemEventType,
    Timestamp,
};

/// Something that happened on the platform, as its producer tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NewSystemRecord {
    /// The key of the record, made by the producer.
    pub id: RecordId,
    /// The part of the platform that it happened in.
    pub component: Component,
    /// What happened.
    pub event_type: SystemEventType,
    /// How serious it is.
    pub severity: Severity,
    /// What happened, for people.
    pub summary: Summary,
    /// More about it.
    #[serde(default)]
    pub details: Option<JsonObject>,
    /// What set it off.
    #[serde(default)]
    pub caused_by: Option<CausedBy>,
    /// What ties it to other records.
    #[serde(default)]
    pub correlation_id: Option<CorrelationId>,
    /// When it happened, by the producer's clock; absent, the record time stands in.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
}

impl NewSystemRecord {
    /// A record with nothing optional.
    #[must_use]
    pub const fn new(
        id: RecordId,
        component: Component,
        event_type: SystemEventType,
        severity: Severity,
        summary: Summary,
    ) -> Self {
        Self {
            id,
            component,
            event_type,
            severity,
            summary,
            details: None,
            caused_by: None,
            correlation_id: None,
            occurred_at: None,
        }
    }

    options! {
        /// Sets more about what happened.
        details: JsonObject,
        /// Sets what set it off.
        caused_by: CausedBy,
        /// Sets what ties it to other records.
        correlation_id: CorrelationId,
        /// Sets when it happened.
        occurred_at: Timestamp,
    }

    pub(super) fn write_to(&self, sink: &mut impl FieldSink) {
        sink.bytes("id", self.id.as_bytes());
        sink.text("component", self.component.as_str());
        sink.text("event_type", self.event_type.as_str());
        sink.text("severity", self.severity.as_str());
        sink.text("summary", self.summary.as_str());
        sink.optional_text("details", self.details.as_ref().map(JsonObject::as_str));
        sink.optional_text("caused_by", self.caused_by.map(CausedBy::as_str));
        let correlation_id = self.correlation_id.as_ref().map(CorrelationId::as_str);
        sink.optional_text("correlation_id", correlation_id);
        sink.optional_integer("occurred_at", self.occurred_at.map(Timestamp::as_micros));
    }
}
