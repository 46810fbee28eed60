//! Pages of every promised question and pages at depth, beside the first page of all runs.

use std::pin::Pin;

use anyhow::Context;
use logs_domain::{
    AuditFilter, CorrelationId, CountMode, EntityId, EntityType, ExecutionStatus, GovernanceFilter,
    LlmRunFilter, LogsStore, PageRequest, ReplayQuery, StoreResult, SystemRecordFilter, TenantId,
    TimeRange, Timestamp,
};

use super::{Bench, PAGE, PAGES, Walked, uncounted};
use crate::appends::Rounds;
use crate::data::events;
use crate::report;

/// How deep pages are looked at, where there are so many records.
pub(crate) const DEPTHS: [usize; 3] = [10_000, 100_000, 1_000_000];

/// The name of what all others are compared with.
const FIRST: &str = "first page of runs";

/// A question, to be asked again and again; it answers how many records came.
type Question<'a> =
    Box<dyn Fn() -> Pin<Box<dyn Future<Output = StoreResult<usize>> + Send + 'a>> + Send + 'a>;

/// Asks one question of the port.
macro_rules! ask {
    ($store:ident.$method:ident($($argument:expr),+)) => {
        Box::new(move || Box::pin(async move {
            Ok($store.$method($(&$argument),+).await?.items.len())
        }))
    };
}

/// Measures pages of `tenant`, whose list was walked.
pub(crate) async fn measure(
    bench: &mut Bench<'_>,
    tenant: &TenantId,
    walked: &Walked,
) -> anyhow::Result<()> {
    let store = bench.store.clone();
    let store: &dyn LogsStore = &*store;
    let request = uncounted(PAGE)?;
    let all = LlmRunFilter::default();
    let some = walked.keys.get(walked.keys.len() / 2).context("a run")?;
    let run = store
        .get_llm_run(tenant, &some.run_id)
        .await?
        .context("a run")?;

    let by_run = all.clone().run_id(run.run_id.clone());
    let by_trace = all
        .clone()
        .trace_id(run.trace_id.clone().context("its trace")?);
    let by_model = all.clone().model(run.model.clone());
    let failed = all.clone().execution_status(ExecutionStatus::Failed);
    let correlation = CorrelationId::new(events::CORRELATION)?;
    let of_correlation = SystemRecordFilter::default().correlation_id(correlation.clone());
    let of_entity = AuditFilter::default()
        .entity_type(EntityType::LIMIT)
        .entity_id(EntityId::new(events::ENTITY)?);
    let of_run = GovernanceFilter::default().run_id(events::run()?);
    let window = TimeRange::between(
        Timestamp::from_micros(events::BEGIN + 60_000_000)?,
        Timestamp::from_micros(events::BEGIN + 90_000_000)?,
    )?;
    let replay = ReplayQuery::new(window).trace_id(events::trace()?);
    let (trace, counted) = (&events::trace()?, &PageRequest::first(PAGE)?);
    let exact = &request.clone().count(CountMode::Exact);
    let (tenant, request) = (tenant, &request);
    let (all, by_run, by_trace) = (&all, &by_run, &by_trace);
    let (by_model, failed, replay) = (&by_model, &failed, &replay);
    let (of_correlation, of_entity, of_run) = (&of_correlation, &of_entity, &of_run);
    let (window, correlation) = (&window, &correlation);

    let deeper: Vec<(usize, PageRequest)> = walked
        .cursors
        .iter()
        .map(|(depth, cursor)| (*depth, request.clone().after(cursor.clone())))
        .collect();
    let mut questions: Vec<(String, Question<'_>)> = vec![
        (
            FIRST.into(),
            ask!(store.list_llm_runs(*tenant, *all, *request)),
        ),
        (
            "runs by run id".into(),
            ask!(store.list_llm_runs(*tenant, *by_run, *request)),
        ),
        (
            "runs by trace".into(),
            ask!(store.list_llm_runs(*tenant, *by_trace, *request)),
        ),
        (
            "runs by model".into(),
            ask!(store.list_llm_runs(*tenant, *by_model, *request)),
        ),
        (
            "failed runs".into(),
            ask!(store.list_llm_runs(*tenant, *failed, *request)),
        ),
        (
            "system by correlation".into(),
            ask!(store.list_system_records(*tenant, *of_correlation, *request)),
        ),
        (
            "system of a correlation, oldest first".into(),
            ask!(store.get_system_record_by_correlation(*tenant, *correlation, *request)),
        ),
        (
            "system in a window".into(),
            ask!(store.get_system_records_in_window(*tenant, *window, *request)),
        ),
        (
            "audit by entity".into(),
            ask!(store.list_audit_entries(*tenant, *of_entity, *request)),
        ),
        (
            "governance of a run".into(),
            ask!(store.get_governance_events(*tenant, *of_run, *request)),
        ),
        (
            "steps of a trace".into(),
            ask!(store.get_trace_steps(*tenant, *trace, *request)),
        ),
        (
            "replay of a window".into(),
            ask!(store.get_replay_window_events(*tenant, *replay, *request)),
        ),
        (
            "counted to 10,000".into(),
            ask!(store.list_llm_runs(*tenant, *all, *counted)),
        ),
        (
            "counted exactly".into(),
            ask!(store.list_llm_runs(*tenant, *all, *exact)),
        ),
    ];
    for (depth, request) in &deeper {
        let name = format!("page at depth {depth}");
        questions.push((name, ask!(store.list_llm_runs(*tenant, *all, *request))));
    }

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
