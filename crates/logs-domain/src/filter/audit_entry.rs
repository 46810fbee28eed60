//! Which audit entries and governance events a list holds.

use super::{filter, takes, takes_optional};
use crate::draft::governed_runs;
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
        takes(self.event_type.as_ref(), &entry.event_type)
            && takes(self.entity_type.as_ref(), &entry.entity_type)
            && takes(self.entity_id.as_ref(), &entry.entity_id)
            && takes(self.actor_type.as_ref(), &entry.actor_type)
            && takes_optional(self.actor_id.as_ref(), entry.actor_id.as_ref())
            && takes_optional(self.correlation_id.as_ref(), entry.correlation_id.as_ref())
            && self.occurred.contains(entry.occurred_at)
            && self.created.contains(entry.created_at)
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
        let governed = |run: &RunId| {
            let runs = governed_runs(entry.before_state.as_ref(), entry.after_state.as_ref());
            runs.contains(run)
        };
        NewAuditEntry::GOVERNANCE_TYPES.contains(&entry.entity_type)
            && self.run_id.as_ref().is_none_or(governed)
            && self.occurred.contains(entry.occurred_at)
    }
}
