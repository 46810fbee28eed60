//! The lists that every store answers at the same cost however many records it has, and records to ask them of.
//! Tests of plans and of work go through all of them.

use logs_domain::{
    AppendBatch, AuditFilter, CountMode, Cursor, Direction, Draft, EntityType, ExecutionStatus,
    GovernanceFilter, LlmRunFilter, LogExportFilter, LogExportOutcome, LogsStore, OnConflict,
    PageRequest, PlatformBatch, Reason, ReplayQuery, StoreResult, SystemRecordFilter, TenantId,
    TimeRange, Timestamp, TraceFilter, TraceStepFilter,
};

use crate::samples::{self, correlation, first, run, run_id, session_id, trace_id};

/// The tenant of the queries.
#[must_use]
pub fn tenant() -> TenantId {
    samples::tenant("acme")
}

/// One record of each kind; each tenth is what the filters look for.
fn drafts(n: usize) -> Vec<Draft> {
    let hot = n.is_multiple_of(10);
    let name = if hot { "hot" } else { "cold" };
    let group = if hot {
        name.to_owned()
    } else {
        format!("g{}", n / 100)
    };
    let status = if hot { "FAILED" } else { "SUCCEEDED" };
    let entity = if hot { "LIMIT" } else { "SIGNAL" };
    let time = Timestamp::from_micros(1_750_000_000_000_000 + 1_000_000 * n as i64).unwrap();
    let id = |kind: u8| format!("018f4e5c-8f4e-7c3a-8b4e-0000{kind:02x}{n:06x}");
    let (system, audit, export) = (id(1), id(2), id(3));
    [
        format!(r#"{{"llm_run":{{"run_id":"r{n}","trace_id":"{group}","session_id":"{group}","provider":"p","model":"{name}","execution_status":"{status}","started_at":"{time}","source":"SDK"}}}}"#),
        format!(r#"{{"trace":{{"trace_id":"t{n}","run_id":"{group}"}}}}"#),
        format!(r#"{{"trace_step":{{"trace_id":"{group}","key":{{"position":{n}}},"timestamp":"{time}","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":1}}}}"#),
        format!(r#"{{"trace_step":{{"trace_id":"{group}","key":{{"span":"s{n}"}},"timestamp":"{time}","skill_name":"s","status":"SUCCEEDED","outcome_category":"ok","duration_ms":1}}}}"#),
        format!(r#"{{"system_record":{{"id":"{system}","component":"api","event_type":"ERROR","severity":"INFO","summary":"s","correlation_id":"{group}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"audit_entry":{{"id":"{audit}","event_type":"e","entity_type":"{entity}","entity_id":"{group}","actor_type":"HUMAN","after_state":{{"run_id":"{group}"}},"correlation_id":"{group}","occurred_at":"{time}"}}}}"#),
        format!(r#"{{"log_export":{{"id":"{export}","scope":"audit","format":"json","requested_by":"x"}}}}"#),
    ]
    .iter()
    .map(|line| Draft::from_json(line).unwrap())
    .chain([LogExportOutcome::failed(
        id(3).parse().unwrap(),
        Reason::new("full").unwrap(),
    )
    .into()])
    .collect()
}

/// Stores records of each kind with these numbers; a tenth as many of another tenant, so that an index by tenant
/// is worth something, and of the platform.
pub async fn fill(store: &dyn LogsStore, numbers: std::ops::Range<usize>) {
    let other = TenantId::new("other").unwrap();
    let tenth = numbers.start / 10..numbers.end / 10;
    append(store, &tenant(), numbers.flat_map(drafts)).await;
    append(store, &other, tenth.clone().flat_map(drafts)).await;
    let mut platform = Vec::new();
    for draft in tenth.flat_map(drafts) {
        if let Draft::SystemRecord(record) = draft {
            platform.push(record);
        }
    }
    let batch = PlatformBatch::new(platform).unwrap();
    store
        .append_platform(&batch, OnConflict::RejectCall)
        .await
        .unwrap();
}

/// Runs and nothing else, with numbers that [`fill`] did not take.
pub async fn fill_runs(store: &dyn LogsStore, numbers: std::ops::Range<usize>) {
    let runs = numbers.map(|n| Draft::from(run(&format!("r{n}"))));
    append(store, &tenant(), runs).await;
}

async fn append(store: &dyn LogsStore, tenant: &TenantId, drafts: impl Iterator<Item = Draft>) {
    let all: Vec<Draft> = drafts.collect();
    for some in all.chunks(8_000) {
        let batch = AppendBatch::new(some.to_vec()).unwrap();
        store
            .append(tenant, &batch, OnConflict::RejectCall)
            .await
            .unwrap();
    }
}

macro_rules! questions {
    ($($question:ident),+ $(,)?) => {
        /// The promised questions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Question {
            $(#[doc = concat!("`", stringify!($question), "`")] $question,)+
        }

        impl Question {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$question),+];
        }
    };
}

questions! {
    Runs,
    RunsByRun,
    RunsByTrace,
    RunsBySession,
    RunsByModel,
    RunsByStatus,
    Traces,
    TracesByRun,
    Steps,
    StepsOfTrace,
    System,
    SystemByCorrelation,
    SystemListByCorrelation,
    SystemListByRareCorrelation,
    SystemInWindow,
    Audit,
    AuditByEntity,
    AuditByCorrelation,
    Governance,
    GovernanceOfRun,
    ReplayOfWindow,
    ReplayOfTrace,
    Exports,
}

impl Question {
    /// The number of records on a page, and the place behind it.
    ///
    /// # Errors
    /// Those of the list.
    pub async fn page(
        self,
        store: &dyn LogsStore,
        page: &PageRequest,
    ) -> StoreResult<(usize, Option<Cursor>)> {
        macro_rules! ask {
            ($asked:expr) => {
                $asked.await.map(|page| (page.items.len(), page.next))
            };
        }
        let t = &tenant();
        let runs = LlmRunFilter::default;
        let audit = AuditFilter::default;
        // From the first records on, without end: as wide as what is stored.
        let window = TimeRange::between(
            Timestamp::from_micros(1_750_000_000_000_000).unwrap(),
            Timestamp::from_micros(1_760_000_000_000_000).unwrap(),
        )
        .unwrap();
        match self {
            Self::Runs => ask!(store.list_llm_runs(t, &runs(), page)),
            Self::RunsByRun => {
                let filter = runs().run_id(run_id("r777"));
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByTrace => {
                let filter = runs().trace_id(trace_id("hot"));
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsBySession => {
                let filter = runs().session_id(session_id("hot"));
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByModel => {
                let filter = runs().model("hot".parse().unwrap());
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::RunsByStatus => {
                let filter = runs().execution_status(ExecutionStatus::Failed);
                ask!(store.list_llm_runs(t, &filter, page))
            }
            Self::Traces => ask!(store.list_traces(t, &TraceFilter::default(), page)),
            Self::TracesByRun => {
                let filter = TraceFilter::default().run_id(run_id("hot"));
                ask!(store.list_traces(t, &filter, page))
            }
            Self::Steps => ask!(store.list_trace_steps(t, &TraceStepFilter::default(), page)),
            Self::StepsOfTrace => ask!(store.get_trace_steps(t, &trace_id("hot"), page)),
            Self::System => {
                ask!(store.list_system_records(t, &SystemRecordFilter::default(), page))
            }
            Self::SystemByCorrelation => {
                ask!(store.get_system_record_by_correlation(t, &correlation("hot"), page))
            }
            Self::SystemListByCorrelation => {
                let filter = SystemRecordFilter::default().correlation_id(correlation("hot"));
                ask!(store.list_system_records(t, &filter, page))
            }
            Self::SystemListByRareCorrelation => {
                // Twenty-one of the first records, which a list of the newest comes to last.
                let filter = SystemRecordFilter::default().correlation_id(correlation("g0"));
                ask!(store.list_system_records(t, &filter, page))
            }
            Self::SystemInWindow => ask!(store.get_system_records_in_window(t, &window, page)),
            Self::Audit => ask!(store.list_audit_entries(t, &audit(), page)),
            Self::AuditByEntity => {
                let filter = audit()
                    .entity_type(EntityType::LIMIT)
                    .entity_id("hot".parse().unwrap());
                ask!(store.list_audit_entries(t, &filter, page))
            }
            Self::AuditByCorrelation => {
                let filter = audit().correlation_id(correlation("hot"));
                ask!(store.list_audit_entries(t, &filter, page))
            }
            Self::Governance => {
                ask!(store.get_governance_events(t, &GovernanceFilter::default(), page))
            }
            Self::GovernanceOfRun => {
                let filter = GovernanceFilter::default().run_id(run_id("hot"));
                ask!(store.get_governance_events(t, &filter, page))
            }
            Self::ReplayOfWindow => {
                ask!(store.get_replay_window_events(t, &ReplayQuery::new(window), page))
            }
            Self::ReplayOfTrace => {
                let query = ReplayQuery::new(window).trace_id(trace_id("hot"));
                ask!(store.get_replay_window_events(t, &query, page))
            }
            Self::Exports => ask!(store.list_log_exports(t, &LogExportFilter::default(), page)),
        }
    }
}

/// The place behind so many records of a direction, or of the own order of the question; none where
/// there are fewer.
pub async fn place(
    store: &dyn LogsStore,
    question: Question,
    direction: Option<Direction>,
    depth: usize,
) -> Option<Cursor> {
    let mut page = first(1_000).count(CountMode::Skip);
    page.direction = direction;
    let mut passed = 0;
    loop {
        let (items, next) = question.page(store, &page).await.unwrap();
        passed += items;
        let next = next?;
        if passed >= depth {
            return Some(next);
        }
        page = page.after(next);
    }
}
