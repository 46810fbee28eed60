//! `logs trace show`: one whole trace.

use clap::Args;
use futures_util::{TryStreamExt, pin_mut};
use logs_domain::{
    CostSum, CountMode, Direction, LlmRunFilter, LogsReaderExt, LogsStore, PageLimit, PageRequest,
    TenantId, TraceId, TraceSnapshot, TraceStepSnapshot,
};
use serde::Serialize;

use super::STEPS;
use crate::failure::Failure;
use crate::output::{self, Fields, Row, Table};
use crate::session::Session;
use crate::token_usage::{TokenUsage, UsageMeter};

pub(super) const EXAMPLES: &str = "\
With --json, the first line is {\"trace\":…} (null without a header). Each step has a line
{\"step\":…}. The last line is {\"totals\":…}.

Examples:
  logs trace show trace-7f3a
  logs trace show trace-7f3a --json | jq -c 'select(.step).step | select(.status != \"SUCCEEDED\")'";

#[derive(Args, Debug)]
pub(super) struct Show {
    /// The trace
    #[arg(value_name = "TRACE")]
    pub(super) trace: TraceId,
}

/// One line of `--json`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum TraceLine<'a> {
    Trace(Option<&'a TraceSnapshot>),
    Step(&'a TraceStepSnapshot),
    Totals(&'a Totals),
}

/// The totals of a trace.
#[derive(Debug, Default, Serialize)]
struct Totals {
    steps: u64,
    #[serde(rename = "steps_cost_nano_usd")]
    steps_cost: CostSum,
    steps_without_cost: u64,
    /// The sum of all steps. Steps that enclose others count too.
    steps_duration_ms: u128,
    runs: TokenUsage,
}

impl Show {
    pub(super) async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        // A trace can have steps without a header.
        let header = store.get_trace(&tenant, &self.trace).await?;
        let mut totals = Totals::default();
        let mut table = Table::new(TraceStepSnapshot::COLUMNS);
        let mut request = PageRequest::default()
            .limit(PageLimit::MAX)
            .count(CountMode::Skip);
        loop {
            let page = store
                .get_trace_steps(&tenant, &self.trace, &request)
                .await?;
            let is_first = totals.steps == 0;
            if is_first && page.items.is_empty() && header.is_none() {
                return Err(self.absent(&tenant));
            }
            if is_first {
                write_header(session, &self.trace, header.as_ref())?;
            }
            for step in &page.items {
                totals.steps += 1;
                totals.steps_without_cost += u64::from(step.cost.is_none());
                totals.steps_duration_ms += u128::from(step.duration_ms.get());
                if let Some(cost) = step.cost {
                    totals.steps_cost += cost;
                }
            }
            write_steps(session, &mut table, &page.items)?;
            match page.next {
                Some(next) => request = request.after(next),
                None => break,
            }
        }
        totals.runs = usage(&*store, &tenant, &self.trace).await?;
        write_totals(session, &totals)
    }

    fn absent(&self, tenant: &TenantId) -> Failure {
        Failure::refused(format!(
            "tenant `{tenant}` has no trace `{}`; `logs trace list` shows what is there",
            self.trace
        ))
    }
}

async fn usage(
    store: &dyn LogsStore,
    tenant: &TenantId,
    trace: &TraceId,
) -> Result<TokenUsage, Failure> {
    let filter = LlmRunFilter::default().trace_id(trace.clone());
    let runs = store.stream_llm_runs(tenant, &filter, Direction::Descending);
    pin_mut!(runs);
    let mut meter = UsageMeter::default();
    while let Some(run) = runs.try_next().await? {
        meter.add(run);
    }
    Ok(meter.total())
}

fn write_header(
    session: &mut Session<'_>,
    trace: &TraceId,
    header: Option<&TraceSnapshot>,
) -> Result<(), Failure> {
    if session.json() {
        return output::json(session.output(), &TraceLine::Trace(header));
    }
    let fields = Fields::default().add("trace", trace);
    let fields = match header {
        Some(header) => fields
            .add_optional("run", header.run_id.as_ref())
            .add("tenant", &header.tenant_id)
            .add(
                "started",
                output::optional(header.started_at.map(output::time)),
            )
            .add_optional("attributes", header.attributes.as_ref())
            .add_time("stored", header.created_at)
            .add("id", header.id),
        None => fields.add("header", "none is stored"),
    };
    fields.write(session.streams.out)?;
    Ok(writeln!(session.streams.out)?)
}

fn write_steps(
    session: &mut Session<'_>,
    table: &mut Table,
    steps: &[TraceStepSnapshot],
) -> Result<(), Failure> {
    if !session.json() {
        if !steps.is_empty() {
            table.write(session.streams.out, steps)?;
        }
        return Ok(());
    }
    for step in steps {
        output::json(session.output(), &TraceLine::Step(step))?;
    }
    Ok(())
}

fn write_totals(session: &mut Session<'_>, totals: &Totals) -> Result<(), Failure> {
    if session.json() {
        return output::json(session.output(), &TraceLine::Totals(totals));
    }
    if totals.steps == 0 {
        writeln!(session.streams.out, "no steps")?;
    } else {
        let unknown = match totals.steps_without_cost {
            0 => String::new(),
            count => format!(" ({} without known cost)", STEPS.counted(count)),
        };
        writeln!(
            session.streams.out,
            "{}, {} USD{unknown}, {} ms added up",
            STEPS.counted(totals.steps),
            totals.steps_cost,
            totals.steps_duration_ms
        )?;
    }
    Ok(writeln!(session.streams.out, "{}", totals.runs)?)
}
