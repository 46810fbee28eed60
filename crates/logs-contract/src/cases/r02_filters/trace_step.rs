//! Filters of the steps of all traces.

use async_trait::async_trait;
use logs_domain::{
    Draft, LogsStore, PageRequest, QueryResult, StoreResult, TenantId, TimeRange, TraceStepFilter,
};

use super::{Field, Filtered, filter_cases, number_in, second_append};
use crate::samples::{span, trace_id};

filter_cases! { "list_trace_steps", Steps }

struct Steps;

const fn trace(second: bool) -> &'static str {
    if second { "\u{e9}" } else { "e\u{301}" }
}

#[async_trait]
impl Filtered for Steps {
    type Filter = TraceStepFilter;

    const FIELDS: &'static [Field<TraceStepFilter>] = &[
        ("trace_id", |filter, second| {
            filter.trace_id(trace_id(trace(second)))
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
        let trace = trace(values[0] == Some(true));
        vec![span(trace, &format!("s{number}"), 0).into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &TraceStepFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_trace_steps(tenant, filter, page).await?;
        Ok(page.map(|step| number_in(step.skill_name.as_str())))
    }

    fn optional(_: &str) -> bool {
        false
    }
}
