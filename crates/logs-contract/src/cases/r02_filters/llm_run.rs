//! Filters of runs.

use async_trait::async_trait;
use logs_domain::{
    Draft, ExecutionStatus, LlmRunFilter, LogsStore, Model, PageRequest, Provider, QueryResult,
    RecordSource, StoreResult, TenantId, TimeRange, Total,
};

use super::{Field, Filtered, filter_cases, number_in, second_append, store_records};
use crate::CaseContext;
use crate::samples::{at, largest, run, run_id, session_id, tenant, trace_id};

filter_cases! {
    "list_llm_runs", Runs,
    r02_list_llm_runs_run_id_with_every_other_filter,
    r02_list_llm_runs_unknown_values_hold_nothing,
    r02_list_llm_runs_values_of_query_languages_are_values
}

struct Runs;

fn provider(second: bool) -> Provider {
    Provider::new(if second { "Azure" } else { "azure" }).unwrap()
}

fn model(second: bool) -> Model {
    Model::new(if second { "o\u{308}" } else { "\u{f6}" }).unwrap()
}

const fn status(second: bool) -> ExecutionStatus {
    if second {
        ExecutionStatus::Timeout
    } else {
        ExecutionStatus::Succeeded
    }
}

const fn source(second: bool) -> RecordSource {
    if second {
        RecordSource::Worker
    } else {
        RecordSource::Synthetic
    }
}

fn trace(second: bool) -> logs_domain::TraceId {
    trace_id(if second { "T" } else { "t" })
}

fn session(second: bool) -> logs_domain::SessionId {
    session_id(if second { "e\u{301}" } else { "\u{e9}" })
}

#[async_trait]
impl Filtered for Runs {
    type Filter = LlmRunFilter;

    const FIELDS: &'static [Field<LlmRunFilter>] = &[
        ("trace_id", |filter, second| filter.trace_id(trace(second))),
        ("session_id", |filter, second| {
            filter.session_id(session(second))
        }),
        ("provider", |filter, second| {
            filter.provider(provider(second))
        }),
        ("model", |filter, second| filter.model(model(second))),
        ("execution_status", |filter, second| {
            filter.execution_status(status(second))
        }),
        ("source", |filter, second| filter.source(source(second))),
        ("is_synthetic", |filter, second| filter.is_synthetic(second)),
        ("started", |filter, second| {
            filter.started(if second {
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
        let mut run = run(&format!("r{number}")).is_synthetic(second(6));
        run.trace_id = values[0].map(trace);
        run.session_id = values[1].map(session);
        run.provider = provider(second(2));
        run.model = model(second(3));
        run.execution_status = status(second(4));
        run.source = source(second(5));
        run.started_at = at(if second(7) { 10 } else { 9 });
        vec![run.into()]
    }

    async fn list(
        store: &dyn LogsStore,
        tenant: &TenantId,
        filter: &LlmRunFilter,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<u32>> {
        let page = store.list_llm_runs(tenant, filter, page).await?;
        Ok(page.map(|run| number_in(run.run_id.as_str())))
    }

    fn optional(field: &str) -> bool {
        matches!(field, "trace_id" | "session_id")
    }
}

async fn r02_list_llm_runs_run_id_with_every_other_filter(case: &mut CaseContext) {
    let records = store_records::<Runs>(case).await;
    let store = case.store();
    // 0b1_0100_1001: some of its values are the first, some the second ones.
    let number = 0x149;
    for (field, (name, set)) in Runs::FIELDS.iter().enumerate() {
        for second in [false, true] {
            let filter = LlmRunFilter::default().run_id(run_id(&format!("r{number}")));
            let page = Runs::list(&*store, &tenant("a"), &set(filter, second), &largest()).await;
            let page = page.unwrap();
            let matches = records[number][field] == Some(second);
            assert_eq!(page.items.len(), usize::from(matches), "{name} {second}");
            assert_eq!(
                page.total,
                Total::Exact(u64::from(matches)),
                "{name} {second}"
            );
        }
    }
}

async fn r02_list_llm_runs_unknown_values_hold_nothing(case: &mut CaseContext) {
    store_records::<Runs>(case).await;
    let store = case.store();
    let filters = [
        LlmRunFilter::default().run_id(run_id("R1")),
        LlmRunFilter::default().provider(Provider::new("AZURE").unwrap()),
        LlmRunFilter::default().provider(Provider::new("azur%").unwrap()),
        LlmRunFilter::default().model(Model::new("o").unwrap()),
        LlmRunFilter::default().model(Model::new("_").unwrap()),
        LlmRunFilter::default().trace_id(trace_id("t ")),
        LlmRunFilter::default().session_id(session_id("e")),
        LlmRunFilter::default().execution_status(ExecutionStatus::Aborted),
        LlmRunFilter::default().started(TimeRange::since(at(11))),
        LlmRunFilter::default().started(TimeRange::between(at(10), at(10)).unwrap()),
    ];
    for filter in filters {
        let page = store
            .list_llm_runs(&tenant("a"), &filter, &largest())
            .await
            .unwrap();
        assert!(page.items.is_empty(), "{filter:?}");
        assert_eq!(page.total, Total::Exact(0), "{filter:?}");
    }
}

async fn r02_list_llm_runs_values_of_query_languages_are_values(case: &mut CaseContext) {
    let store = case.store();
    let models = [
        "m",
        "m' OR '1'='1",
        "m\"",
        "m\\",
        "m%",
        "m_",
        "?",
        "$1",
        ":a",
        "m;--",
        "m/*",
        "NULL",
        "\u{1f600}",
    ];
    let runs = models.iter().map(|text| {
        let mut run = run(text);
        run.model = Model::new(*text).unwrap();
        run
    });
    crate::appends::append(&*store, &tenant("a"), runs).await;
    for text in models {
        let filter = LlmRunFilter::default()
            .model(Model::new(text).unwrap())
            .run_id(run_id(text));
        let page = store
            .list_llm_runs(&tenant("a"), &filter, &largest())
            .await
            .unwrap();
        assert_eq!(page.total, Total::Exact(1), "{text}");
        assert_eq!(page.items[0].model.as_str(), text);
        let filter = LlmRunFilter::default().model(Model::new(text).unwrap());
        let page = store
            .list_llm_runs(&tenant("a"), &filter, &largest())
            .await
            .unwrap();
        assert_eq!(page.items.len(), 1, "{text}");
    }
}
