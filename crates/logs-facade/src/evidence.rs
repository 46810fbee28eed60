//! What an answer says about a record beside its content.

use logs_domain::{
    ActorId, ActorType, AuditLedgerSnapshot, CausedBy, Component, ContentDigest, CorrelationId,
    EntityId, EntityType, LlmRunSnapshot, LogExportSnapshot, RecordId, RecordKind, RecordSource,
    RunId, SystemRecordSnapshot, TenantId, Timestamp, TraceId, TraceSnapshot, TraceStepRecord,
};
use serde::Serialize;

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// What kind of actor, where the record says it.
    pub actor_type: Option<ActorType>,
    /// Which one, where the record names it.
    pub actor_id: Option<ActorId>,
}

impl Actor {
    /// The actor that counts of several: a human before an agent, an agent before a system, and one of unknown
    /// type last. Of equal types, the first one counts.
    #[must_use]
    pub fn foremost(actors: impl IntoIterator<Item = Self>) -> Option<Self> {
        let rank = |actor: &Self| match actor.actor_type {
            Some(ActorType::Human) => 0,
            Some(ActorType::Agent) => 1,
            Some(ActorType::System) => 2,
            None => 3,
        };
        actors.into_iter().min_by_key(rank)
    }
}

/// Who appended a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A producer of the tenant.
    Tenant,
    /// The platform, for all tenants.
    Platform,
}

/// What an answer says about a record beside its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// The kind of the record.
    pub kind: RecordKind,
    /// The id of the record.
    pub id: RecordId,
    /// Whose record it is; `None` for the platform.
    pub tenant_id: Option<TenantId>,
    /// The run that the record is about.
    pub run_id: Option<RunId>,
    /// Who acted. Of several actors, a human comes before an agent, and an agent before a system.
    pub actor: Option<Actor>,
    /// When it happened, by the producer's clock.
    pub occurred_at: Timestamp,
    /// When the store recorded it, by the store's clock.
    pub recorded_at: Timestamp,
    /// The trace that the record belongs to.
    pub trace_id: Option<TraceId>,
    /// Policy rules and proposals that it concerns.
    pub policy_ids: Vec<EntityId>,
    /// Incidents that it concerns.
    pub incident_ids: Vec<EntityId>,
    /// Exports that it concerns.
    pub export_ids: Vec<RecordId>,
    /// What ties the record to others.
    pub correlation_id: Option<CorrelationId>,
    /// The part of the platform that the record is about.
    pub component: Option<Component>,
    /// What kind of client recorded it, for runs.
    pub source: Option<RecordSource>,
    /// Who appended it.
    pub origin: Origin,
    /// The digest of the fields as they were read now.
    pub checksum: ContentDigest,
    /// Always true: no store updates or deletes a record, and the store compared this one with its key.
    pub immutable: bool,
}

impl Evidence {
    fn new(
        kind: RecordKind,
        id: RecordId,
        (occurred_at, recorded_at): (Timestamp, Timestamp),
        checksum: ContentDigest,
    ) -> Self {
        Self {
            kind,
            id,
            tenant_id: None,
            run_id: None,
            actor: None,
            occurred_at,
            recorded_at,
            trace_id: None,
            policy_ids: Vec::new(),
            incident_ids: Vec::new(),
            export_ids: Vec::new(),
            correlation_id: None,
            component: None,
            source: None,
            origin: Origin::Tenant,
            checksum,
            immutable: true,
        }
    }

    fn of_tenant(mut self, tenant: &TenantId) -> Self {
        self.tenant_id = Some(tenant.clone());
        self
    }

    /// Adds what audit entries about the same thing say: who acted, and which policies and incidents interfered.
    pub(crate) fn joined_by(&mut self, entries: &[AuditLedgerSnapshot]) {
        let actors = self.actor.take().into_iter();
        let actors = actors.chain(entries.iter().map(actor_of));
        self.actor = Actor::foremost(actors);
        for entry in entries {
            self.concerns(&entry.entity_type, &entry.entity_id);
        }
    }

    /// Notes the thing that an audit entry is about, once.
    fn concerns(&mut self, entity_type: &EntityType, entity_id: &EntityId) {
        let is_policy =
            *entity_type == EntityType::POLICY_RULE || *entity_type == EntityType::POLICY_PROPOSAL;
        let ids = if is_policy {
            &mut self.policy_ids
        } else if *entity_type == EntityType::INCIDENT {
            &mut self.incident_ids
        } else {
            return;
        };
        if !ids.contains(entity_id) {
            ids.push(entity_id.clone());
        }
    }
}

fn actor_of(entry: &AuditLedgerSnapshot) -> Actor {
    Actor {
        actor_type: Some(entry.actor_type),
        actor_id: entry.actor_id.clone(),
    }
}

impl From<&LlmRunSnapshot> for Evidence {
    /// A run happened when it completed, or else when it began.
    fn from(run: &LlmRunSnapshot) -> Self {
        let occurred_at = run.completed_at.unwrap_or(run.started_at);
        let times = (occurred_at, run.created_at);
        let evidence = Self::new(RecordKind::LlmRun, run.id, times, run.to_draft().digest());
        Self {
            run_id: Some(run.run_id.clone()),
            trace_id: run.trace_id.clone(),
            source: Some(run.source),
            ..evidence.of_tenant(&run.tenant_id)
        }
    }
}

impl From<&TraceSnapshot> for Evidence {
    fn from(trace: &TraceSnapshot) -> Self {
        let occurred_at = trace.started_at.unwrap_or(trace.created_at);
        let times = (occurred_at, trace.created_at);
        let digest = trace.to_draft().digest();
        Self {
            run_id: trace.run_id.clone(),
            trace_id: Some(trace.trace_id.clone()),
            ..Self::new(RecordKind::Trace, trace.id, times, digest).of_tenant(&trace.tenant_id)
        }
    }
}

impl From<&TraceStepRecord> for Evidence {
    fn from(step: &TraceStepRecord) -> Self {
        let times = (step.timestamp, step.created_at);
        let digest = step.to_draft().digest();
        Self {
            trace_id: Some(step.trace_id.clone()),
            ..Self::new(RecordKind::TraceStep, step.id, times, digest).of_tenant(&step.tenant_id)
        }
    }
}

impl From<&SystemRecordSnapshot> for Evidence {
    fn from(record: &SystemRecordSnapshot) -> Self {
        let times = (record.occurred_at, record.created_at);
        let digest = record.to_draft().digest();
        let actor = record.caused_by.map(|caused_by| Actor {
            actor_type: Some(match caused_by {
                CausedBy::Human => ActorType::Human,
                CausedBy::System | CausedBy::Automation => ActorType::System,
            }),
            actor_id: None,
        });
        let origin = if record.is_platform() {
            Origin::Platform
        } else {
            Origin::Tenant
        };
        Self {
            tenant_id: record.tenant_id.clone(),
            actor,
            correlation_id: record.correlation_id.clone(),
            component: Some(record.component.clone()),
            origin,
            ..Self::new(RecordKind::SystemRecord, record.id, times, digest)
        }
    }
}

impl From<&AuditLedgerSnapshot> for Evidence {
    /// The first run that the entry governs is its run.
    fn from(entry: &AuditLedgerSnapshot) -> Self {
        let times = (entry.occurred_at, entry.created_at);
        let draft = entry.to_draft();
        let evidence = Self::new(RecordKind::AuditEntry, entry.id, times, draft.digest());
        let mut evidence = Self {
            run_id: draft.governed_runs().into_iter().next(),
            correlation_id: entry.correlation_id.clone(),
            ..evidence.of_tenant(&entry.tenant_id)
        };
        evidence.joined_by(std::slice::from_ref(entry));
        evidence
    }
}

impl From<&LogExportSnapshot> for Evidence {
    fn from(export: &LogExportSnapshot) -> Self {
        let occurred_at = export.delivered_at.unwrap_or(export.created_at);
        let times = (occurred_at, export.created_at);
        let digest = export.to_draft().digest();
        let evidence = Self::new(RecordKind::LogExport, export.id, times, digest);
        Self {
            // The store knows who asked, but not whether that is a human or a program.
            actor: Some(Actor {
                actor_type: None,
                actor_id: Some(export.requested_by.clone()),
            }),
            export_ids: vec![export.id],
            ..evidence.of_tenant(&export.tenant_id)
        }
    }
}
