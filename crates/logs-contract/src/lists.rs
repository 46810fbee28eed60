//! All lists in one form, for the rules of every list.

use std::fmt::Debug;

use logs_domain::{
    AuditEventType, AuditFilter, Cursor, Direction, EntityType, GovernanceFilter, LlmRunFilter,
    LogExportFilter, LogsStore, NewSystemRecord, PageRequest, QueryResult, ReplayQuery,
    StoreResult, SystemEventType, SystemRecordFilter, TenantId, TimeRange, TraceFilter,
    TraceStepFilter,
};

use crate::appends::{append, append_platform};
use crate::samples::{
    at, audit_of, correlation, export, json, largest, run, run_id, span, step, system, trace,
    trace_id,
};

/// A method that returns a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    LlmRuns,
    Traces,
    TraceSteps,
    StepsOfTrace,
    ReplayWindow,
    SystemRecords,
    SystemByCorrelation,
    SystemWindow,
    AuditEntries,
    GovernanceEvents,
    LogExports,
}

/// The arguments of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// They match all records of [`populate`].
    Usual,
    /// They match some of these records or none.
    Other,
}

impl List {
    pub(crate) const ALL: &'static [Self] = &[
        Self::LlmRuns,
        Self::Traces,
        Self::TraceSteps,
        Self::StepsOfTrace,
        Self::ReplayWindow,
        Self::SystemRecords,
        Self::SystemByCorrelation,
        Self::SystemWindow,
        Self::AuditEntries,
        Self::GovernanceEvents,
        Self::LogExports,
    ];

    /// The name of the method.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::LlmRuns => "list_llm_runs",
            Self::Traces => "list_traces",
            Self::TraceSteps => "list_trace_steps",
            Self::StepsOfTrace => "get_trace_steps",
            Self::ReplayWindow => "get_replay_window_events",
            Self::SystemRecords => "list_system_records",
            Self::SystemByCorrelation => "get_system_record_by_correlation",
            Self::SystemWindow => "get_system_records_in_window",
            Self::AuditEntries => "list_audit_entries",
            Self::GovernanceEvents => "get_governance_events",
            Self::LogExports => "list_log_exports",
        }
    }

    /// The default direction of the list.
    pub(crate) const fn direction(self) -> Direction {
        match self {
            Self::StepsOfTrace
            | Self::ReplayWindow
            | Self::SystemByCorrelation
            | Self::SystemWindow => Direction::Ascending,
            Self::LlmRuns
            | Self::Traces
            | Self::TraceSteps
            | Self::SystemRecords
            | Self::AuditEntries
            | Self::GovernanceEvents
            | Self::LogExports => Direction::Descending,
        }
    }

    /// A page of all records of [`populate`], each as text.
    pub(crate) async fn page(
        self,
        store: &dyn LogsStore,
        tenant: &TenantId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<String>> {
        self.page_of(Arguments::Usual, store, tenant, page).await
    }

    /// A page of the records for `arguments`, each as text.
    pub(crate) async fn page_of(
        self,
        arguments: Arguments,
        store: &dyn LogsStore,
        tenant: &TenantId,
        page: &PageRequest,
    ) -> StoreResult<QueryResult<String>> {
        let usual = arguments == Arguments::Usual;
        let window = if usual {
            TimeRange::ALL
        } else {
            TimeRange::since(at(-1_000_000))
        };
        match self {
            Self::LlmRuns => {
                let filter = LlmRunFilter::default().started(window);
                texts(store.list_llm_runs(tenant, &filter, page).await)
            }
            Self::Traces => {
                let filter = TraceFilter {
                    run_id: (!usual).then(|| run_id("r")),
                    ..TraceFilter::default()
                };
                texts(store.list_traces(tenant, &filter, page).await)
            }
            Self::TraceSteps => {
                let filter = TraceStepFilter {
                    trace_id: (!usual).then(|| trace_id("t")),
                    ..TraceStepFilter::default()
                };
                texts(store.list_trace_steps(tenant, &filter, page).await)
            }
            Self::StepsOfTrace => {
                let trace = trace_id(if usual { "t" } else { "t0" });
                texts(store.get_trace_steps(tenant, &trace, page).await)
            }
            Self::ReplayWindow => {
                let query = ReplayQuery::new(window).trace_id(trace_id("t"));
                texts(store.get_replay_window_events(tenant, &query, page).await)
            }
            Self::SystemRecords => {
                let filter = SystemRecordFilter::default().occurred(window);
                texts(store.list_system_records(tenant, &filter, page).await)
            }
            Self::SystemByCorrelation => {
                let id = correlation(if usual { "c" } else { "C" });
                texts(
                    store
                        .get_system_record_by_correlation(tenant, &id, page)
                        .await,
                )
            }
            Self::SystemWindow => texts(
                store
                    .get_system_records_in_window(tenant, &window, page)
                    .await,
            ),
            Self::AuditEntries => {
                let filter = AuditFilter::default().occurred(window);
                texts(store.list_audit_entries(tenant, &filter, page).await)
            }
            Self::GovernanceEvents => {
                let filter = GovernanceFilter {
                    run_id: (!usual).then(|| run_id("r")),
                    ..GovernanceFilter::default()
                };
                texts(store.get_governance_events(tenant, &filter, page).await)
            }
            Self::LogExports => {
                let filter = LogExportFilter {
                    scope: (!usual).then_some(logs_domain::ExportScope::Audit),
                    ..LogExportFilter::default()
                };
                texts(store.list_log_exports(tenant, &filter, page).await)
            }
        }
    }

    /// The length of the list if the tenant has `own` records of each kind, and the platform `platform`.
    pub(crate) const fn len(self, own: u64, platform: u64) -> u64 {
        match self {
            Self::SystemRecords | Self::SystemByCorrelation | Self::SystemWindow => own + platform,
            Self::ReplayWindow => 3 * own + platform,
            Self::LlmRuns
            | Self::Traces
            | Self::TraceSteps
            | Self::StepsOfTrace
            | Self::AuditEntries
            | Self::GovernanceEvents
            | Self::LogExports => own,
        }
    }

    /// The whole list, if it fits on one page.
    pub(crate) async fn all(self, store: &dyn LogsStore, tenant: &TenantId) -> Vec<String> {
        let page = self.page(store, tenant, &largest()).await.unwrap();
        assert!(!page.has_more, "{self:?} fits on one page");
        page.items
    }

    /// The rest of the list, page by page, from `request` on.
    pub(crate) async fn walk(
        self,
        store: &dyn LogsStore,
        tenant: &TenantId,
        request: PageRequest,
    ) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut next = Some(request.clone());
        while let Some(request) = next {
            let page = self.page(store, tenant, &request).await.unwrap();
            assert_eq!(page.has_more, page.next.is_some(), "{self:?}");
            assert!(
                page.items.len() <= request.limit.as_usize(),
                "{self:?} holds no more than the limit"
            );
            if page.has_more {
                let limit = request.limit.as_usize();
                assert_eq!(
                    page.items.len(),
                    limit,
                    "{self:?}: a page before others is full"
                );
            }
            pages.push(page.items);
            assert!(pages.len() < 1_000, "{self:?} comes to an end");
            next = page.next.map(|cursor| request.after(cursor));
        }
        pages
    }

    /// The cursor behind the first record.
    pub(crate) async fn cursor(self, store: &dyn LogsStore, tenant: &TenantId) -> Cursor {
        let request = crate::samples::first(1);
        let page = self.page(store, tenant, &request).await.unwrap();
        page.next.expect("more than one record")
    }
}

fn texts<T: Debug>(page: StoreResult<QueryResult<T>>) -> StoreResult<QueryResult<String>> {
    page.map(|page| page.map(|item| format!("{item:?}")))
}

/// Stores one record of each kind for each of `numbers`, in one append and with equal times. Every [`List`] holds
/// each of its kinds. These are runs, headers and steps of the trace `t` (every other one with a position), system
/// records of the correlation `c`, policy entries and export requests. Every event of a replay window has a
/// different action.
pub(crate) async fn populate(
    store: &dyn LogsStore,
    tenant: &TenantId,
    numbers: std::ops::Range<u32>,
) {
    let drafts = numbers.flat_map(|number| {
        let step = if number % 2 == 0 {
            let mut step = step("t", number);
            step.timestamp = at(0);
            step
        } else {
            span("t", &format!("s{number}"), 0)
        };
        let mut entry = audit_of(number, EntityType::POLICY_RULE);
        entry.event_type = AuditEventType::new(format!("audit {number}")).expect("an event type");
        let entry = entry
            .after_state(json(r#"{"run_id":"r"}"#))
            .occurred_at(at(0));
        [
            logs_domain::Draft::from(run(&format!("r{number}"))),
            trace(&format!("t{number}")).run_id(run_id("r")).into(),
            step.into(),
            correlated("own", number).into(),
            entry.into(),
            export(number).into(),
        ]
    });
    let drafts: Vec<_> = drafts.collect();
    for drafts in drafts.chunks(logs_domain::AppendBatch::MAX_RECORDS) {
        append(store, tenant, drafts.to_vec()).await;
    }
}

/// Stores system records of the platform beside those of [`populate`]; their ids are the same.
pub(crate) async fn populate_platform(store: &dyn LogsStore, numbers: std::ops::Range<u32>) {
    append_platform(store, numbers.map(|number| correlated("platform", number))).await;
}

fn correlated(owner: &str, number: u32) -> NewSystemRecord {
    let mut record = system(number);
    record.event_type = SystemEventType::new(format!("{owner} {number}")).expect("an event type");
    record.correlation_id(correlation("c")).occurred_at(at(0))
}

/// All lists of a tenant, each of which fits on one page, in the order of [`List::ALL`].
pub(crate) async fn everything(store: &dyn LogsStore, tenant: &TenantId) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
    for list in List::ALL {
        lists.push(list.all(store, tenant).await);
    }
    lists
}

/// A record without the index of its step, which late steps may change.
pub(crate) fn identity(list: List, record: &str) -> String {
    let renumbered = matches!(list, List::StepsOfTrace | List::ReplayWindow);
    match record.split_once("timestamp: ") {
        Some((_, rest)) if renumbered => rest.to_owned(),
        _ => record.to_owned(),
    }
}

/// Names a case after each list: its `body` takes the context and the [`List`].
macro_rules! cases_of_lists {
    ($($prefix:literal $body:ident $(needs $capability:ident)?),+ $(,)?) => {
        /// The cases of this file, each for every list.
        pub(crate) const CASES_OF_LISTS: &[$crate::Case] = &[$(
            $crate::lists::case_of_list!($prefix, "list_llm_runs", $body, LlmRuns $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "list_traces", $body, Traces $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "list_trace_steps", $body, TraceSteps $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "get_trace_steps", $body, StepsOfTrace $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "get_replay_window_events", $body, ReplayWindow $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "list_system_records", $body, SystemRecords $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "get_system_record_by_correlation", $body, SystemByCorrelation $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "get_system_records_in_window", $body, SystemWindow $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "list_audit_entries", $body, AuditEntries $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "get_governance_events", $body, GovernanceEvents $(, $capability)?),
            $crate::lists::case_of_list!($prefix, "list_log_exports", $body, LogExports $(, $capability)?)
        ),+];
    };
}
pub(crate) use cases_of_lists;

macro_rules! case_of_list {
    ($prefix:literal, $method:literal, $body:ident, $list:ident $(, $capability:ident)?) => {
        $crate::Case {
            name: concat!($prefix, $method, "_", stringify!($body)),
            needs: &[$($crate::Capability::$capability)?],
            body: |case| Box::pin($body(case, $crate::lists::List::$list)),
        }
    };
}
pub(crate) use case_of_list;
