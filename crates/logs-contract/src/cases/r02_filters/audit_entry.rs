//! Filters of audit entries.

use async_trait::async_trait;
use logs_domain::{
    ActorId, ActorType, AuditEventType, AuditFilter, Draft, EntityId, EntityType, LogsStore,
    PageRequest, QueryResult, StoreResult, TenantId, TimeRange,
};

use super::{Field, Filtered, filter_cases, number_of, second_append};
use crate::samples::{at, correlation};

filter_cases! { "list_audit_entries", Audit }

struct Audit;

const fn event_type(second: bool) -> AuditEventType {
    if second {
        AuditEventType::LIMIT_UPDATED
    } else {
        AuditEventType::LIMIT_CREATED
    }
}

fn entity_type(second: bool) -> EntityType {
    EntityType::new(if second { "limit" } else { "LIMIT" }).unwrap()
}

fn entity_id(second: bool) -> EntityId {
    EntityId::new(if second {
        "arn:aws:iam::1:Role/x"
    } else {
        "arn:aws:iam::1:role/x"
    })
    .unwrap()
}

const fn actor_type(second: bool) -> ActorType {
    if second {
        ActorType::Agent
    } else {
        ActorType::Human
    }
}

fn actor_id(second: bool) -> ActorId {
    ActorId::new(if second { "stra\u{df}e" } else { "strasse" }).unwrap()
}

fn cause(second: bool) -> logs_domain::CorrelationId {
    correlation(if second { "c " } else { "c" })
}

#[async_trait]
impl Filtered for Audit {
    type Filter = AuditFilter;

    const FIELDS: &'static [Field<AuditFilter>] = &[
        ("event_type", |filter, second| {
            filter.event_type(event_type(second))
        }),
        ("entity_type", |filter, second| {
            filter.entity_type(entity_type(second))
        }),
        ("entity_id", |filter, second| {
            filter.entity_id(entity_id(second))
        }),
        ("actor_type", |filter, second| {
            filter.actor_type(actor_type(second))
        }),
        ("actor_id", |filter, second| {
            filter.actor_id(actor_id(second))
        }),
        ("correlation_id", |filter, second| {
            filter.correlation_id(cause(second))
        }),
        ("occurred", |filter, second| {
            filter.occurred(if second {
                TimeRange::since(at(10))
            } else {
                TimeRange::before(at(10))
            })
        }),
        ("created", |filter, second| {
            let range = if second {
                TimeRange::since
            } else {
                TimeRange::before
            };
            filter.created(range(second_append()))
        }),
    ];
    const BY_RECORD_TIME: bool = true;

    fn drafts(number: u32, values: &[Option<bool>]) -> Vec<Draft> {
        let second = |field: usize| values[field] == Some(true);
        let mut entry = crate::samples::audit_of(number, entity_type(second(1)));
        entry.event_type = event_type(second(0));
        entry.entity_id = entity_id(second(2));
        entry.actor_type = actor_type(second(3));
        entry.actor_id = values[4].map(actor_id);
        entry.correlation_id = values[5].map(cause);
        entry.occurred_at = Some(at(if second(6) { 10 } else { 9 }));
        vec![entry.into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_audit_entries(tenant, filter, page).await?;
        Ok(page.map(|entry| number_of(entry.id)))
    }

    fn optional(field: &str) -> bool {
        matches!(field, "actor_id" | "correlation_id")
    }
}
