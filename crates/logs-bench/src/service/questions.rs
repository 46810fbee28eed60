//! Questions over HTTP, beside the calls of the port that answer them.

use std::time::Instant;

use anyhow::Context;
use logs_domain::{
    CountMode, LlmRunFilter, LlmRunSnapshot, LogsStore, PageLimit, PageRequest, ReplayQuery,
    TenantId, TimeRange, TraceId,
};

use super::child::Service;
use super::client::{Client, get};
use super::{Subject, TENANT};
use crate::arguments::Arguments;
use crate::statistics::Spread;

/// How far a replay looks around the end of a run, in microseconds.
const MARGIN: i64 = 30_000_000;

#[derive(Clone, Copy, Debug)]
enum Question {
    List,
    Run,
    Trace,
    Replay,
}

impl Question {
    const ALL: [Self; 4] = [Self::List, Self::Run, Self::Trace, Self::Replay];

    const fn name(self) -> &'static str {
        match self {
            Self::List => "first page of 50 runs",
            Self::Run => "a run",
            Self::Trace => "a trace",
            Self::Replay => "a replay of a minute",
        }
    }

    fn path(self, run: &LlmRunSnapshot, trace: &TraceId) -> String {
        match self {
            Self::List => "/api/v1/runs?limit=50&count=skip".to_owned(),
            Self::Run => format!("/api/v1/run?id={}", run.run_id),
            Self::Trace => format!("/api/v1/trace?id={trace}"),
            Self::Replay => format!("/api/v1/run/replay?id={}&count=skip", run.run_id),
        }
    }

    /// The calls that the service makes too.
    async fn ask(
        self,
        store: &dyn LogsStore,
        tenant: &TenantId,
        (run, trace): (&LlmRunSnapshot, &TraceId),
    ) -> anyhow::Result<()> {
        let page = PageRequest::default().count(CountMode::Skip);
        match self {
            Self::List => {
                let filter = LlmRunFilter::default();
                store.list_llm_runs(tenant, &filter, &page).await?;
            }
            Self::Run => {
                store.get_llm_run(tenant, &run.run_id).await?;
            }
            Self::Trace => {
                store.get_trace(tenant, trace).await?;
                let page = page.limit(PageLimit::MAX);
                store.get_trace_steps(tenant, trace, &page).await?;
            }
            Self::Replay => {
                let found = store.get_llm_run(tenant, &run.run_id).await?;
                let moment = found.and_then(|run| run.completed_at).context("an end")?;
                let from = moment.saturating_add_micros(-MARGIN);
                let to = moment.saturating_add_micros(MARGIN + 1);
                let mut query = ReplayQuery::new(TimeRange::between(from, to)?);
                query.trace_id = store.get_trace_id_for_run(tenant, &run.run_id).await?;
                let read = store.get_replay_window_events(tenant, &query, &page);
                read.await?;
            }
        }
        Ok(())
    }
}

/// Prints a line for each question.
pub(crate) async fn measure(
    subject: &Subject,
    service: &Service,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let tenant = TenantId::new(TENANT)?;
    let store = &*subject.reader;
    let mut client = Client::connect(service.address).await?;
    let page = PageRequest::default().limit(PageLimit::MAX);
    let page = page.count(CountMode::Skip);
    let runs = store
        .list_llm_runs(&tenant, &LlmRunFilter::default(), &page)
        .await?
        .items;
    println!(
        "\nquestions to {}, µs: over HTTP, by the port, and the former as multiple of the latter",
        subject.backend
    );
    for question in Question::ALL {
        let (mut over_http, mut by_port) = (Vec::new(), Vec::new());
        for (round, run) in runs.iter().take(arguments.questions()).enumerate() {
            let trace = run.trace_id.as_ref().context("a trace")?;
            let request = get(&question.path(run, trace));
            for turn in 0..2 {
                let begun = Instant::now();
                let taken = if (round + turn) % 2 == 0 {
                    client.ask(&request).await?;
                    &mut over_http
                } else {
                    question.ask(store, &tenant, (run, trace)).await?;
                    &mut by_port
                };
                taken.push(begun.elapsed().as_secs_f64() * 1e6);
            }
        }
        let ratios = over_http
            .iter()
            .zip(&by_port)
            .map(|(http, port)| http / port);
        let ratio = Spread::of(ratios.collect());
        println!(
            "{:<24} {:>8.0} {:>8.0} {:>6.2} ({:.2} to {:.2})",
            question.name(),
            Spread::of(over_http).median,
            Spread::of(by_port).median,
            ratio.median,
            ratio.low,
            ratio.high
        );
    }
    Ok(())
}
