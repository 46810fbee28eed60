//! Filters of governance events.

use async_trait::async_trait;
use logs_domain::{
    Draft, EntityType, GovernanceFilter, LogsStore, PageRequest, QueryResult, StoreResult,
    TenantId, TimeRange,
};

use super::{Field, Filtered, filter_cases, number_of};
use crate::samples::{at, audit_of, json, run_id};

filter_cases! { "get_governance_events", Governance }

struct Governance;

const fn run(second: bool) -> &'static str {
    if second { "Run" } else { "run" }
}

#[async_trait]
impl Filtered for Governance {
    type Filter = GovernanceFilter;

    const FIELDS: &'static [Field<GovernanceFilter>] = &[
        ("run_id", |filter, second| {
            filter.run_id(run_id(run(second)))
        }),
        ("occurred", |filter, second| {
            filter.occurred(if second {
                TimeRange::since(at(10))
            } else {
                TimeRange::before(at(10))
            })
        }),
    ];
    const BY_RECORD_TIME: bool = false;

    fn drafts(number: u32, values: &[Option<bool>]) -> Vec<Draft> {
        let second = values[1] == Some(true);
        let mut entry =
            audit_of(number, EntityType::LIMIT).occurred_at(at(if second { 10 } else { 9 }));
        let state = |run| json(&format!(r#"{{"run_id":"{run}"}}"#));
        entry.before_state = values[0].map(|second| state(run(second)));
        // An entry about a thing of another type is no governance event, whatever it says.
        let other = audit_of(1_000 + number, EntityType::SIGNAL).after_state(state(run(second)));
        vec![entry.into(), other.into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &GovernanceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.get_governance_events(tenant, filter, page).await?;
        Ok(page.map(|entry| number_of(entry.id)))
    }

    fn optional(field: &str) -> bool {
        field == "run_id"
    }
}
