//! `logs audit`: who changed what.

use clap::{Args, Subcommand};
use logs_domain::{
    ActorId, ActorType, AuditEventType, AuditFilter, AuditLedgerSnapshot, CorrelationId, EntityId,
    EntityType, RecordId,
};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Fields, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::{CreatedFlags, OccurredFlags};

const NOUN: Noun = Noun::new("audit entry", "audit entries");

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// List audit entries, newest first by record time
    #[command(after_help = LIST_EXAMPLES)]
    List(Box<List>),
    /// Show one entry with the states before and after
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
}

const LIST_EXAMPLES: &str = "\
Examples:
  logs audit list --entity-type LIMIT --entity limits/refund-per-order
  logs audit list --actor ada@acme.example --occurred-from 2026-03-01T00:00:00Z
  logs audit list --all --json";

const SHOW_EXAMPLES: &str = "\
Examples:
  logs audit show 019cae2f-1c00-7000-8000-000000000011";

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Only entries of this event type, such as LimitUpdated, PolicyRuleCreated
    #[arg(long, value_name = "EVENT")]
    event_type: Option<AuditEventType>,
    /// Only entries about entities of this type, such as LIMIT, POLICY_RULE
    #[arg(long, value_name = "TYPE")]
    entity_type: Option<EntityType>,
    /// Only entries about the entity with this id
    #[arg(long, value_name = "ID")]
    entity: Option<EntityId>,
    /// Only entries of this type of actor
    #[arg(long, value_name = "KIND", value_parser = one_of(ActorType::ALL, ActorType::as_str))]
    actor_type: Option<ActorType>,
    /// Only entries of this actor
    #[arg(long, value_name = "ID")]
    actor: Option<ActorId>,
    /// Only entries with this correlation id
    #[arg(long, value_name = "ID")]
    correlation: Option<CorrelationId>,
    #[command(flatten)]
    occurred: OccurredFlags,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The id of the entry
    #[arg(value_name = "ID")]
    id: RecordId,
}

impl Audit {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Show(show) => show.run(session).await,
        }
    }
}

impl List {
    fn filter(&self) -> Result<AuditFilter, Failure> {
        let mut filter = AuditFilter::default()
            .occurred(self.occurred.range()?)
            .created(self.created.range()?);
        filter.event_type.clone_from(&self.event_type);
        filter.entity_type.clone_from(&self.entity_type);
        filter.entity_id.clone_from(&self.entity);
        filter.actor_type = self.actor_type;
        filter.actor_id.clone_from(&self.actor);
        filter.correlation_id.clone_from(&self.correlation);
        Ok(filter)
    }

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (tenant, filter) = (session.tenant()?, self.filter()?);
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.list_audit_entries(&tenant, &filter, &page).await
        })
        .await
    }
}

impl Show {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        let found = store.get_audit_entry(&tenant, &self.id).await?;
        output::one(session.output(), found, fields, || {
            format!(
                "tenant `{tenant}` has no audit entry `{}`; `logs audit list` shows what is there",
                self.id
            )
        })
    }
}

fn fields(entry: &AuditLedgerSnapshot) -> Fields {
    Fields::default()
        .add("id", entry.id)
        .add("tenant", &entry.tenant_id)
        .add("event", &entry.event_type)
        .add("entity type", &entry.entity_type)
        .add("entity", &entry.entity_id)
        .add("by", entry.actor_type)
        .add("actor", output::optional(entry.actor_id.as_ref()))
        .add_optional("reason", entry.action_reason.as_ref())
        .add("before", output::optional(entry.before_state.as_ref()))
        .add("after", output::optional(entry.after_state.as_ref()))
        .add_optional("correlation", entry.correlation_id.as_ref())
        .add_optional("attributes", entry.attributes.as_ref())
        .add_time("occurred", entry.occurred_at)
        .add_time("stored", entry.created_at)
}

#[cfg(test)]
mod tests {
    use logs_domain::{AuditLedgerSnapshot, Draft, RecordKind, TenantId, Timestamp};

    use super::fields;

    #[test]
    fn every_field_of_an_entry_is_shown() {
        let json = r#"{"audit_entry":{"id":"019cae2f-1c00-7000-8000-000000000001","event_type":"e",
            "entity_type":"t","entity_id":"i","actor_type":"HUMAN","actor_id":"a",
            "action_reason":"r","before_state":{},"after_state":{},"correlation_id":"c",
            "attributes":{}}}"#;
        let Draft::AuditEntry(draft) = Draft::from_json(json).unwrap() else {
            panic!("an entry");
        };
        let (tenant, time) = (
            TenantId::new("t").unwrap(),
            Timestamp::from_micros(0).unwrap(),
        );
        let entry = AuditLedgerSnapshot::from_parts(tenant, draft, time);
        let mut out = Vec::new();
        fields(&entry).write(&mut out).unwrap();
        let lines = String::from_utf8(out).unwrap().lines().count();
        // The id, the tenant and the record time are no columns of the kind.
        assert_eq!(lines, RecordKind::AuditEntry.columns().count() + 3);
    }
}
