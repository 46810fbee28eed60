//! Conditions on audit entries.

use logs_domain::{AuditFilter, GovernanceFilter, TimeRange};
use sqlx::QueryBuilder;

use crate::Dialect;
use crate::condition::{push_equal, push_range};

/// The condition of governance events. The text must equal that of a partial index, so that the
/// planner uses the index.
const GOVERNANCE: &str =
    " AND entity_type IN ('POLICY_RULE', 'POLICY_PROPOSAL', 'LIMIT', 'INCIDENT')";
/// The condition of the entries in a replay window. The text must equal that of a partial index.
const REPLAY: &str = " AND entity_type IN ('POLICY_RULE', 'LIMIT')";

/// Pushes the conditions of a list of entries.
pub fn push<DB: Dialect>(query: &mut QueryBuilder<DB>, filter: &AuditFilter) {
    let AuditFilter {
        event_type,
        entity_type,
        entity_id,
        actor_type,
        actor_id,
        correlation_id,
        occurred,
        created,
    } = filter;
    push_equal(query, "event_type", event_type.as_ref());
    push_equal(query, "entity_type", entity_type.as_ref());
    push_equal(query, "entity_id", entity_id.as_ref());
    push_equal(query, "actor_type", *actor_type);
    push_equal(query, "actor_id", actor_id.as_ref());
    push_equal(query, "correlation_id", correlation_id.as_ref());
    push_range(query, "occurred_at", occurred);
    push_range(query, "created_at", created);
}

/// Pushes the conditions of governance events. The column `named_run_id` of the references finds
/// the events of one run.
pub fn push_governance<DB: Dialect>(query: &mut QueryBuilder<DB>, filter: &GovernanceFilter) {
    let GovernanceFilter { run_id, occurred } = filter;
    match run_id {
        Some(run_id) => push_equal(query, "named_run_id", Some(run_id)),
        None => {
            query.push(GOVERNANCE);
        }
    }
    push_range(query, "occurred_at", occurred);
}

/// Pushes the conditions of the entries of a replay window.
pub fn push_replay<DB: Dialect>(query: &mut QueryBuilder<DB>, window: &TimeRange) {
    query.push(REPLAY);
    push_range(query, "occurred_at", window);
}
