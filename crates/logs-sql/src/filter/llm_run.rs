//! Conditions on runs.

use logs_domain::{ExecutionStatus, LlmRunFilter, RecordId, TenantId};
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::{push_equal, push_range};

/// Pushes the conditions of a list of runs.
pub fn push<DB: Dialect>(
    query: &mut QueryBuilder<DB>,
    tenant: &TenantId,
    filter: &LlmRunFilter,
    push_key: impl FnOnce(&mut QueryBuilder<DB>, RecordId),
) {
    let LlmRunFilter {
        run_id,
        trace_id,
        session_id,
        provider,
        model,
        execution_status,
        source,
        is_synthetic,
        started,
        created,
    } = filter;
    if let Some(run_id) = run_id {
        push_key(query, RecordId::of_run(tenant, run_id));
    }
    push_equal(query, "trace_id", trace_id.as_ref());
    push_equal(query, "session_id", session_id.as_ref());
    push_equal(query, "provider", provider.as_ref());
    push_equal(query, "model", model.as_ref());
    if let Some(status) = *execution_status {
        push_equal(query, "execution_status", Some(status));
        if status != ExecutionStatus::Succeeded {
            // The text must equal that of the partial index, so that the planner uses the index.
            query.push(" AND execution_status <> 'SUCCEEDED'");
        }
    }
    push_equal(query, "source", *source);
    if let Some(is_synthetic) = *is_synthetic {
        query.push(" AND is_synthetic = ");
        DB::push_flag(query, is_synthetic);
    }
    push_range(query, "started_at", started);
    push_range(query, "created_at", created);
}
