//! Which audit entries and governance events a list holds.

use super::draft::governed_runs;
use crate::filter::{filter, takes, takes_optional};
use crate::{
    ActorId, ActorType, AuditEventType, AuditLedgerSnapshot, CorrelationId, EntityId, EntityType,
    NewAuditEntry, RunId,
};

filter! {
    /// Which audit entries a list holds.
    AuditFilter {
        /// What was done.
        event_type: AuditEventType,
        /// The type of the thing it was done to.
        entity_type: EntityType,
        /// The thing it was done to.
        entity_id: EntityId,
        /// What kind of actor did it.
        actor_type: ActorType,
        /// Who did it.
        actor_id: ActorId,
        /// What ties it to other records.
        correlation_id: CorrelationId;
        /// When it was done.
        occurred: "occurred_from".."occurred_to",
        /// The record time.
        created: "created_from".."created_to",
    }
}

impl AuditFilter {
    /// Whether the list holds `entry`.
    #[must_use]
    pub fn matches(&self, entry: &AuditLedgerSnapshot) -> bool {
        let Self {
            event_type,
            entity_type,
            entity_id,
            actor_type,
            actor_id,
            correlation_id,
            occurred,
            created,
        } = self;
        takes(event_type.as_ref(), &entry.event_type)
            && takes(entity_type.as_ref(), &entry.entity_type)
            && takes(entity_id.as_ref(), &entry.entity_id)
            && takes(actor_type.as_ref(), &entry.actor_type)
            && takes_optional(actor_id.as_ref(), entry.actor_id.as_ref())
            && takes_optional(correlation_id.as_ref(), entry.correlation_id.as_ref())
            && occurred.contains(entry.occurred_at)
            && created.contains(entry.created_at)
    }
}

filter! {
    /// Which governance events a list holds: audit entries about policy rules, policy proposals,
    /// limits and incidents.
    GovernanceFilter {
        /// The run that the event governs, as
        /// [`governed_runs`](crate::NewAuditEntry::governed_runs) tells.
        run_id: RunId;
        /// When it was done.
        occurred: "occurred_from".."occurred_to",
    }
}

impl GovernanceFilter {
    /// Whether the list holds `entry`.
    #[must_use]
    pub fn matches(&self, entry: &AuditLedgerSnapshot) -> bool {
        let Self { run_id, occurred } = self;
        let governed = |run: &RunId| {
            let runs = governed_runs(entry.before_state.as_ref(), entry.after_state.as_ref());
            runs.contains(run)
        };
        NewAuditEntry::GOVERNANCE_TYPES.contains(&entry.entity_type)
            && run_id.as_ref().is_none_or(governed)
            && occurred.contains(entry.occurred_at)
    }
}
