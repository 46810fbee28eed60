//! A stored audit entry.

use serde::{Deserialize, Serialize};

use crate::{
    ActorId, ActorType, AuditEventType, CorrelationId, EntityId, EntityType, JsonObject,
    NewAuditEntry, Reason, RecordId, TenantId, Timestamp,
};

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditLedgerSnapshot {
    /// The key of the entry.
    pub id: RecordId,
    /// Whose entry it is.
    pub tenant_id: TenantId,
    /// What was done.
    pub event_type: AuditEventType,
    /// The type of the thing it was done to.
    pub entity_type: EntityType,
    /// The thing it was done to.
    pub entity_id: EntityId,
    /// What kind of actor did it.
    pub actor_type: ActorType,
    /// Who did it.
    pub actor_id: Option<ActorId>,
    /// Why.
    pub action_reason: Option<Reason>,
    /// The thing before.
    pub before_state: Option<JsonObject>,
    /// The thing after.
    pub after_state: Option<JsonObject>,
    /// What ties it to other records.
    pub correlation_id: Option<CorrelationId>,
    /// When it was done, by the producer's clock, or else the record time.
    pub occurred_at: Timestamp,
    /// The record time.
    pub created_at: Timestamp,
    /// What else the producer said.
    pub attributes: Option<JsonObject>,
}

impl AuditLedgerSnapshot {
    /// The entry that `tenant_id` stored as `draft` at `created_at`.
    #[must_use]
    pub fn from_parts(tenant_id: TenantId, draft: NewAuditEntry, created_at: Timestamp) -> Self {
        Self {
            id: draft.id,
            tenant_id,
            event_type: draft.event_type,
            entity_type: draft.entity_type,
            entity_id: draft.entity_id,
            actor_type: draft.actor_type,
            actor_id: draft.actor_id,
            action_reason: draft.action_reason,
            before_state: draft.before_state,
            after_state: draft.after_state,
            correlation_id: draft.correlation_id,
            occurred_at: draft.occurred_at.unwrap_or(created_at),
            created_at,
            attributes: draft.attributes,
        }
    }

    /// The draft that makes this entry again, its `occurred_at` named.
    #[must_use]
    pub fn to_draft(&self) -> NewAuditEntry {
        NewAuditEntry {
            id: self.id,
            event_type: self.event_type.clone(),
            entity_type: self.entity_type.clone(),
            entity_id: self.entity_id.clone(),
            actor_type: self.actor_type,
            actor_id: self.actor_id.clone(),
            action_reason: self.action_reason.clone(),
            before_state: self.before_state.clone(),
            after_state: self.after_state.clone(),
            correlation_id: self.correlation_id.clone(),
            attributes: self.attributes.clone(),
            occurred_at: Some(self.occurred_at),
        }
    }
}
