//! Pages of every promised question and pages at depth, beside the first page of all runs.

use std::pin::Pin;

use anyhow::Context;
use logs_domain::{
    AuditFilter, CorrelationId, CountMode, Cursor, EntityId, EntityType, ExecutionStatus,
    GovernanceFilter, LlmRunFilter, LogsStore, PageRequest, ReplayQuery, StoreResult,
    SystemRecordFilter, TenantId, TimeRange, Timestamp, TraceId,
};

use super::{Bench, PAGE, PAGES, Walked, uncounted};
use crate::appends::Rounds;
use crate::data::events;
use crate::report;

/// How deep pages are looked at, where there are so many records.
pub(crate) const DEPTHS: [usize; 3] = [10_000, 100_000, 1_000_000];

/// The name of what all others are compared with.
pub(crate) const FIRST: &str = "first page of runs";

/// A question, to be asked again and again; it answers how many records came.
pub(crate) type Question<'a> =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = StoreResult<usize>> + Send + 'a>> + Send + 'a>;

/// What is asked of a tenant whose list was walked.
pub(crate) struct Asked {
    tenant: TenantId,
    request: PageRequest,
    counted: PageRequest,
    exact: PageRequest,
    all: LlmRunFilter,
    by_run: LlmRunFilter,
    by_trace: LlmRunFilter,
    by_session: LlmRunFilter,
    by_model: LlmRunFilter,
    failed: LlmRunFilter,
    correlation: CorrelationId,
    of_correlation: SystemRecordFilter,
    of_entity: AuditFilter,
    of_run: GovernanceFilter,
    window: TimeRange,
    replay: ReplayQuery,
    trace: TraceId,
    deeper: Vec<(usize, PageRequest)>,
}

/// Asks one question of the port.
macro_rules! ask {
    ($store:ident.$method:ident($($argument:expr),+)) => {
        Box::new(move || Box::pin(async move {
            Ok($store.$method($(&$argument),+).await?.items.len())
        }))
    };
}

impl Asked {
    pub(crate) async fn new(
        store: &dyn LogsStore,
        tenant: &TenantId,
        walked: &Walked,
    ) -> anyhow::Result<Self> {
        let request = uncounted(PAGE)?;
        let all = LlmRunFilter::default();
        let some = walked.keys.get(walked.keys.len() / 2).context("a run")?;
        let run = store.get_llm_run(tenant, &some.run_id).await?;
        let run = run.context("a run")?;
        let trace_of_run = run.trace_id.context("its trace")?;
        let session_of_run = run.session_id.context("its session")?;
        let correlation = CorrelationId::new(events::CORRELATION)?;
        let window = TimeRange::between(
            Timestamp::from_micros(events::BEGIN + 60_000_000)?,
            Timestamp::from_micros(events::BEGIN + 90_000_000)?,
        )?;
        let after = |cursor: &Cursor| request.clone().after(cursor.clone());
        let cursors = walked.cursors.iter();
        Ok(Self {
            tenant: tenant.clone(),
            counted: PageRequest::first(PAGE)?,
            exact: request.clone().count(CountMode::Exact),
            by_run: all.clone().run_id(run.run_id),
            by_trace: all.clone().trace_id(trace_of_run),
            by_session: all.clone().session_id(session_of_run),
            by_model: all.clone().model(run.model),
            failed: all.clone().execution_status(ExecutionStatus::Failed),
            of_correlation: SystemRecordFilter::default().correlation_id(correlation.clone()),
            correlation,
            of_entity: AuditFilter::default()
                .entity_type(EntityType::LIMIT)
                .entity_id(EntityId::new(events::ENTITY)?),
            of_run: GovernanceFilter::default().run_id(events::run()?),
            window,
            replay: ReplayQuery::new(window).trace_id(events::trace()?),
            trace: events::trace()?,
            deeper: cursors.map(|(depth, at)| (*depth, after(at))).collect(),
            all,
            request,
        })
    }

    /// Every question; pages at depth come last.
    pub(crate) fn questions<'a>(&'a self, store: &'a dyn LogsStore) -> Vec<(String, Question<'a>)> {
        let (tenant, page) = (&self.tenant, &self.request);
        let questions: [(&str, Question<'a>); 15] = [
            (FIRST, ask!(store.list_llm_runs(tenant, self.all, page))),
            (
                "runs by run id",
                ask!(store.list_llm_runs(tenant, self.by_run, page)),
            ),
            (
                "runs by trace",
                ask!(store.list_llm_runs(tenant, self.by_trace, page)),
            ),
            (
                "runs by session",
                ask!(store.list_llm_runs(tenant, self.by_session, page)),
            ),
            (
                "runs by model",
                ask!(store.list_llm_runs(tenant, self.by_model, page)),
            ),
            (
                "failed runs",
                ask!(store.list_llm_runs(tenant, self.failed, page)),
            ),
            (
                "system by correlation",
                ask!(store.list_system_records(tenant, self.of_correlation, page)),
            ),
            (
                "system of a correlation, oldest first",
                ask!(store.get_system_record_by_correlation(tenant, self.correlation, page)),
            ),
            (
                "system in a window",
                ask!(store.get_system_records_in_window(tenant, self.window, page)),
            ),
            (
                "audit by entity",
                ask!(store.list_audit_entries(tenant, self.of_entity, page)),
            ),
            (
                "governance of a run",
                ask!(store.get_governance_events(tenant, self.of_run, page)),
            ),
            (
                "steps of a trace",
                ask!(store.get_trace_steps(tenant, self.trace, page)),
            ),
            (
                "replay of a window",
                ask!(store.get_replay_window_events(tenant, self.replay, page)),
            ),
            (
                "counted to 10,000",
                ask!(store.list_llm_runs(tenant, self.all, self.counted)),
            ),
            (
                "counted exactly",
                ask!(store.list_llm_runs(tenant, self.all, self.exact)),
            ),
        ];
        let named = questions.map(|(name, question)| (name.to_owned(), question));
        let deeper = self.deeper.iter().map(|(depth, page)| {
            let question: Question<'a> = ask!(store.list_llm_runs(tenant, self.all, page));
            (format!("page at depth {depth}"), question)
        });
        named.into_iter().chain(deeper).collect()
    }
}

/// Measures pages of `tenant`, whose list was walked.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    tenant: &TenantId,
    walked: &Walked,
) -> anyhow::Result<()> {
    let store = bench.store.clone();
    let asked = Asked::new(&*store, tenant, walked).await?;
    let questions = asked.questions(&*store);

    let mut rounds = Rounds::new();
    for round in 0..=bench.arguments.rounds() {
        for (name, question) in &questions {
            let work = async {
                let mut found = 0;
                for _ in 0..PAGES {
                    found = question().await?;
                }
                anyhow::ensure!(found > 0, "{name}: nothing was found");
                Ok(())
            };
            let usage = bench.meter.measure(work).await?.1;
            if round > 0 {
                bench
                    .samples
                    .note(bench.backend, "page", name, (round, PAGES), &usage)?;
                rounds.entry(name.clone()).or_default().push(usage);
            }
        }
    }
    let title = format!(
        "pages of {PAGE} of {}, {} runs",
        bench.backend, walked.length
    );
    report::head(&title, "page", &[FIRST]);
    for (name, _) in &questions {
        report::line(name, name, &[FIRST], &rounds, PAGES);
    }
    Ok(())
}
