//! Random questions: every read, with filters of which mostly two fields are set.

use logs_domain::{
    ActorType, AuditFilter, CorrelationId, ExecutionStatus, ExportScope, ExportStatus,
    GovernanceFilter, LlmRunFilter, LogExportFilter, RecordId, RecordSource, ReplayQuery, RunId,
    Severity, SystemRecordFilter, TimeRange, TraceFilter, TraceId, TraceStepFilter, UsageDimension,
    UsageQuery,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::drafts::{
    AUDIT_EVENTS, COMPONENTS, ENTITY_TYPES, SYSTEM_EVENTS, actor_id, correlation, entity_id, model,
    provider, run_id, session_id, trace_id,
};
use super::pools::{range, record_id};

/// A question of the port.
#[derive(Clone, Debug)]
pub(super) enum Query {
    Runs(LlmRunFilter),
    Traces(TraceFilter),
    Steps(TraceStepFilter),
    StepsOf(TraceId),
    Replay(ReplayQuery),
    System(SystemRecordFilter),
    ByCorrelation(CorrelationId),
    InWindow(TimeRange),
    Audit(AuditFilter),
    Governance(GovernanceFilter),
    Exports(LogExportFilter),
}

/// A question about one record.
#[derive(Clone, Debug)]
pub(super) enum LookUp {
    Run(RunId),
    TraceOf(RunId),
    Trace(TraceId),
    System(RecordId),
    Entry(RecordId),
    Export(RecordId),
    Usage(UsageQuery),
}

/// The fields of each filter, by the name of its list.
pub(super) const FIELDS: &[(&str, &[&str])] = &[
    (
        "runs",
        &[
            "run_id",
            "trace_id",
            "session_id",
            "provider",
            "model",
            "execution_status",
            "source",
            "is_synthetic",
            "started",
            "created",
        ],
    ),
    ("traces", &["trace_id", "run_id", "created"]),
    ("steps", &["trace_id", "created"]),
    (
        "system",
        &[
            "component",
            "event_type",
            "severity",
            "correlation_id",
            "occurred",
            "created",
        ],
    ),
    (
        "audit",
        &[
            "event_type",
            "entity_type",
            "entity_id",
            "actor_type",
            "actor_id",
            "correlation_id",
            "occurred",
            "created",
        ],
    ),
    ("governance", &["run_id", "occurred"]),
    ("exports", &["scope", "status", "created"]),
];

fn fields(list: &str) -> &'static [&'static str] {
    FIELDS
        .iter()
        .find(|(name, _)| *name == list)
        .map_or(&[], |(_, fields)| fields)
}

/// Which fields are set: mostly two.
fn chosen(list: &'static str) -> impl Strategy<Value = Vec<&'static str>> {
    let all = fields(list).to_vec();
    let most = all.len().min(3);
    prop_oneof![
        1 => Just(Vec::new()),
        2 => subsequence(all.clone(), 1),
        6 => subsequence(all.clone(), 2),
        1 => subsequence(all, most),
    ]
}

/// A question together with the name of its list and the fields of the filter that are set.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) question: Query,
    pub(super) list: &'static str,
    pub(super) fields: Vec<&'static str>,
}

impl Asked {
    fn new(question: Query, list: &'static str, fields: Vec<&'static str>) -> Self {
        Self {
            question,
            list,
            fields,
        }
    }
}

/// Keeps a value when its field is chosen.
fn keep<T>(fields: &[&str], name: &str, value: T) -> Option<T> {
    fields.contains(&name).then_some(value)
}

/// Keeps a range when its field is chosen.
fn keep_range(fields: &[&str], name: &str, value: TimeRange) -> TimeRange {
    keep(fields, name, value).unwrap_or_default()
}

fn run_filter() -> impl Strategy<Value = (LlmRunFilter, Vec<&'static str>)> {
    let texts = (run_id(), trace_id(), session_id(), provider(), model());
    let words = (
        select(ExecutionStatus::ALL),
        select(RecordSource::ALL),
        any::<bool>(),
    );
    (chosen("runs"), texts, words, range(), range()).prop_map(
        |(f, texts, words, started, created)| {
            let filter = LlmRunFilter {
                run_id: keep(&f, "run_id", texts.0),
                trace_id: keep(&f, "trace_id", texts.1),
                session_id: keep(&f, "session_id", texts.2),
                provider: keep(&f, "provider", texts.3),
                model: keep(&f, "model", texts.4),
                execution_status: keep(&f, "execution_status", words.0),
                source: keep(&f, "source", words.1),
                is_synthetic: keep(&f, "is_synthetic", words.2),
                started: keep_range(&f, "started", started),
                created: keep_range(&f, "created", created),
            };
            (filter, f)
        },
    )
}

fn runs() -> impl Strategy<Value = Asked> {
    run_filter().prop_map(|(filter, f)| Asked::new(Query::Runs(filter), "runs", f))
}

fn traces() -> impl Strategy<Value = Asked> {
    (chosen("traces"), trace_id(), run_id(), range()).prop_map(|(f, trace_id, run_id, created)| {
        let filter = TraceFilter {
            trace_id: keep(&f, "trace_id", trace_id),
            run_id: keep(&f, "run_id", run_id),
            created: keep_range(&f, "created", created),
        };
        Asked::new(Query::Traces(filter), "traces", f)
    })
}

fn steps() -> impl Strategy<Value = Asked> {
    let trace = select(&["a", "A"][..]).prop_map(|text| TraceId::new(text).unwrap());
    (chosen("steps"), trace, range()).prop_map(|(f, trace_id, created)| {
        let filter = TraceStepFilter {
            trace_id: keep(&f, "trace_id", trace_id),
            created: keep_range(&f, "created", created),
        };
        Asked::new(Query::Steps(filter), "steps", f)
    })
}

fn system() -> impl Strategy<Value = Asked> {
    let words = (
        select(COMPONENTS),
        select(SYSTEM_EVENTS),
        select(Severity::ALL),
        correlation(),
    );
    (chosen("system"), words, range(), range()).prop_map(|(f, words, occurred, created)| {
        let filter = SystemRecordFilter {
            component: keep(&f, "component", words.0),
            event_type: keep(&f, "event_type", words.1),
            severity: keep(&f, "severity", words.2),
            correlation_id: keep(&f, "correlation_id", words.3),
            occurred: keep_range(&f, "occurred", occurred),
            created: keep_range(&f, "created", created),
        };
        Asked::new(Query::System(filter), "system", f)
    })
}

fn audit() -> impl Strategy<Value = Asked> {
    let entity = (select(ENTITY_TYPES), entity_id());
    let actor = (select(ActorType::ALL), actor_id());
    let rest = (select(AUDIT_EVENTS), correlation());
    let ranges = (range(), range());
    (chosen("audit"), entity, actor, rest, ranges).prop_map(|(f, entity, actor, rest, ranges)| {
        let filter = AuditFilter {
            event_type: keep(&f, "event_type", rest.0),
            entity_type: keep(&f, "entity_type", entity.0),
            entity_id: keep(&f, "entity_id", entity.1),
            actor_type: keep(&f, "actor_type", actor.0),
            actor_id: keep(&f, "actor_id", actor.1),
            correlation_id: keep(&f, "correlation_id", rest.1),
            occurred: keep_range(&f, "occurred", ranges.0),
            created: keep_range(&f, "created", ranges.1),
        };
        Asked::new(Query::Audit(filter), "audit", f)
    })
}

fn governance() -> impl Strategy<Value = Asked> {
    (chosen("governance"), run_id(), range()).prop_map(|(f, run_id, occurred)| {
        let filter = GovernanceFilter {
            run_id: keep(&f, "run_id", run_id),
            occurred: keep_range(&f, "occurred", occurred),
        };
        Asked::new(Query::Governance(filter), "governance", f)
    })
}

fn exports() -> impl Strategy<Value = Asked> {
    let words = (select(ExportScope::ALL), select(ExportStatus::ALL));
    (chosen("exports"), words, range()).prop_map(|(f, words, created)| {
        let filter = LogExportFilter {
            scope: keep(&f, "scope", words.0),
            status: keep(&f, "status", words.1),
            created: keep_range(&f, "created", created),
        };
        Asked::new(Query::Exports(filter), "exports", f)
    })
}

/// Any read of many.
pub(super) fn asked() -> impl Strategy<Value = Asked> {
    let trace = select(&["a", "A"][..]).prop_map(|text| TraceId::new(text).unwrap());
    let replay =
        (prop::option::weighted(0.8, trace.clone()), range()).prop_map(|(trace, window)| {
            let mut query = ReplayQuery::new(window);
            query.trace_id = trace;
            Asked::new(Query::Replay(query), "replay", Vec::new())
        });
    let plain = |question| Asked::new(question, "", Vec::new());
    prop_oneof![
        12 => runs(),
        2 => traces(),
        2 => steps(),
        5 => trace.prop_map(move |trace| plain(Query::StepsOf(trace))),
        6 => replay,
        6 => system(),
        1 => correlation().prop_map(move |id| plain(Query::ByCorrelation(id))),
        2 => range().prop_map(move |window| plain(Query::InWindow(window))),
        9 => audit(),
        2 => governance(),
        2 => exports(),
    ]
}

fn usage() -> impl Strategy<Value = UsageQuery> {
    let all = UsageDimension::ALL;
    let dimensions = prop_oneof![
        3 => subsequence(all, 0..=2),
        1 => subsequence(all, 0..=all.len()),
    ];
    (run_filter(), dimensions)
        .prop_map(|((filter, _), dimensions)| UsageQuery::new(filter).group_by(dimensions))
}

/// Any read of one.
pub(super) fn look_up() -> impl Strategy<Value = LookUp> {
    prop_oneof![
        2 => run_id().prop_map(LookUp::Run),
        3 => run_id().prop_map(LookUp::TraceOf),
        1 => trace_id().prop_map(LookUp::Trace),
        2 => record_id().prop_map(LookUp::System),
        1 => record_id().prop_map(LookUp::Entry),
        2 => record_id().prop_map(LookUp::Export),
        6 => usage().prop_map(LookUp::Usage),
    ]
}
