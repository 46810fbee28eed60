//! The draft of a system record.

use crate::field::draft;
use crate::{
    CausedBy, Component, CorrelationId, JsonObject, RecordId, Severity, Summary, SystemEventType,
};

draft! {
    /// Something that happened on the platform, as its producer tells it.
    NewSystemRecord: SystemRecord {
        required {
            /// The key of the record, made by the producer.
            id: RecordId = fact,
            /// The part of the platform that it happened in.
            component: Component = fact,
            /// What happened.
            event_type: SystemEventType = fact,
            /// How serious it is.
            severity: Severity = fact,
            /// What happened, for people.
            summary: Summary = content,
        }
        optional {
            /// More about it.
            details: JsonObject = content,
            /// What set it off.
            caused_by: CausedBy = fact,
            /// What ties it to other records.
            correlation_id: CorrelationId = fact,
        }
        record_time {
            /// When it happened, by the producer's clock; absent, the record time stands in.
            occurred_at = fact,
        }
    }
}
