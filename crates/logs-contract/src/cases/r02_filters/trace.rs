//! Filters of trace headers.

use async_trait::async_trait;
use logs_domain::{
    Draft, LogsStore, PageRequest, QueryResult, StoreResult, TenantId, TimeRange, Total,
    TraceFilter,
};

use super::{Field, Filtered, filter_cases, number_in, second_append, store_records};
use crate::CaseContext;
use crate::samples::{largest, run_id, tenant, trace, trace_id};

filter_cases! {
    "list_traces", Traces,
    r02_list_traces_trace_id_alone_and_with_the_run
}

struct Traces;

fn run(second: bool) -> logs_domain::RunId {
    run_id(if second { "R" } else { "r" })
}

#[async_trait]
impl Filtered for Traces {
    type Filter = TraceFilter;

    const FIELDS: &'static [Field<TraceFilter>] = &[
        ("run_id", |filter, second| filter.run_id(run(second))),
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
        let mut trace = trace(&format!("t{number}"));
        trace.run_id = values[0].map(run);
        vec![trace.into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &TraceFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_traces(tenant, filter, page).await?;
        Ok(page.map(|trace| number_in(trace.trace_id.as_str())))
    }

    fn optional(field: &str) -> bool {
        field == "run_id"
    }
}

async fn r02_list_traces_trace_id_alone_and_with_the_run(case: &mut CaseContext) {
    store_records::<Traces>(case).await;
    let store = case.store();
    let of_trace = |id: &str| TraceFilter::default().trace_id(trace_id(id));
    for (filter, expected) in [
        (of_trace("t1"), vec![1]),
        (of_trace("T1"), vec![]),
        (of_trace("t1").run_id(run(true)), vec![1]),
        (of_trace("t1").run_id(run(false)), vec![]),
        (
            of_trace("t1").created(TimeRange::since(second_append())),
            vec![],
        ),
    ] {
        let page = Traces::list(&*store, &tenant("a"), &filter, &largest())
            .await
            .unwrap();
        assert_eq!(
            page.total,
            Total::Exact(expected.len() as u64),
            "{filter:?}"
        );
        assert_eq!(page.items, expected, "{filter:?}");
    }
}
