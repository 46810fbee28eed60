//! Conditions on trace headers and trace steps.

use logs_domain::{RecordId, TenantId, TraceFilter, TraceStepFilter};
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::{push_equal, push_range};

/// Pushes the conditions of a list of headers.
pub fn push<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    tenant: &TenantId,
    filter: &TraceFilter,
    push_key: impl FnOnce(&mut QueryBuilder<DB>, RecordId),
) {
    let TraceFilter {
        trace_id,
        run_id,
        created,
    } = filter;
    if let Some(trace_id) = trace_id {
        push_key(query, RecordId::of_trace(tenant, trace_id));
    }
    push_equal(query, "run_id", run_id.as_ref());
    push_range(query, "created_at", created);
}

/// Pushes the conditions of a list of steps.
pub fn push_steps<DB: Dialect>(query: &mut QueryBuilder<DB>, filter: &TraceStepFilter) {
    let TraceStepFilter { trace_id, created } = filter;
    push_equal(query, "trace_id", trace_id.as_ref());
    push_range(query, "created_at", created);
}
