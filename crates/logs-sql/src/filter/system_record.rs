//! Conditions on system records.

use logs_domain::SystemRecordFilter;
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::{push_equal, push_range};

/// Pushes the conditions of a list of system records.
pub fn push<DB: Dialect>(query: &mut QueryBuilder<DB>, filter: &SystemRecordFilter) {
    let SystemRecordFilter {
        component,
        event_type,
        severity,
        correlation_id,
        occurred,
        created,
    } = filter;
    push_equal(query, "component", component.as_ref());
    push_equal(query, "event_type", event_type.as_ref());
    push_equal(query, "severity", *severity);
    push_equal(query, "correlation_id", correlation_id.as_ref());
    push_range(query, "occurred_at", occurred);
    push_range(query, "created_at", created);
}
