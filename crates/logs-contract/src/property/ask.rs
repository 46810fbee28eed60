//! Asking a store, with answers of every kind in one form that can be compared.

use logs_domain::{Cursor, LogsStore, PageRequest, QueryResult, StoreResult, TenantId, Total};
use serde::Serialize;

use super::filters::{LookUp, Query};

/// A page with its items as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) items: Vec<String>,
    pub(super) total: Total,
    pub(super) has_more: bool,
    pub(super) previous: Option<Cursor>,
    pub(super) next: Option<Cursor>,
}

/// What a store answers: a page, or its error as text.
pub(super) type Answer = Result<Page, String>;

/// Asks for a page.
pub(super) async fn ask(
    store: &dyn LogsStore,
    tenant: &TenantId,
    question: &Query,
    page: &PageRequest,
) -> Answer {
    match question {
        Query::Runs(filter) => shown(store.list_llm_runs(tenant, filter, page).await),
        Query::Traces(filter) => shown(store.list_traces(tenant, filter, page).await),
        Query::Steps(filter) => shown(store.list_trace_steps(tenant, filter, page).await),
        Query::StepsOf(trace) => shown(store.get_trace_steps(tenant, trace, page).await),
        Query::Replay(query) => shown(store.get_replay_window_events(tenant, query, page).await),
        Query::System(filter) => shown(store.list_system_records(tenant, filter, page).await),
        Query::ByCorrelation(id) => shown(
            store
                .get_system_record_by_correlation(tenant, id, page)
                .await,
        ),
        Query::InWindow(window) => shown(
            store
                .get_system_records_in_window(tenant, window, page)
                .await,
        ),
        Query::Audit(filter) => shown(store.list_audit_entries(tenant, filter, page).await),
        Query::Governance(filter) => shown(store.get_governance_events(tenant, filter, page).await),
        Query::Exports(filter) => shown(store.list_log_exports(tenant, filter, page).await),
    }
}

/// Asks for one record, as text.
pub(super) async fn look_up(store: &dyn LogsStore, tenant: &TenantId, one: &LookUp) -> String {
    match one {
        LookUp::Run(run) => format!("{:?}", store.get_llm_run(tenant, run).await),
        LookUp::TraceOf(run) => format!("{:?}", store.get_trace_id_for_run(tenant, run).await),
        LookUp::Trace(trace) => format!("{:?}", store.get_trace(tenant, trace).await),
        LookUp::System(id) => format!("{:?}", store.get_system_record(tenant, id).await),
        LookUp::Export(id) => format!("{:?}", store.get_log_export(tenant, id).await),
        LookUp::Usage(query) => format!("{:?}", store.summarize_usage(tenant, query).await),
        LookUp::Entry(id) => format!("{:?}", store.get_audit_entry(tenant, id).await),
    }
}

fn shown<T: Serialize>(result: StoreResult<QueryResult<T>>) -> Answer {
    let page = result.map_err(|error| format!("{error:?}"))?;
    let items = page
        .items
        .iter()
        .map(|item| serde_json::to_string(item).unwrap())
        .collect();
    Ok(Page {
        items,
        total: page.total,
        has_more: page.has_more,
        previous: page.previous,
        next: page.next,
    })
}
