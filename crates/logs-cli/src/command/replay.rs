//! `logs replay`: the records around a moment.

use clap::Args;
use logs_domain::{ReplayQuery, RunId, TimeRange, Timestamp, TraceId};

use crate::failure::Failure;
use crate::output::{self, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::window;

const NOUN: Noun = Noun::new("event", "events");
const MICROS: i64 = 1_000_000;

const EXAMPLES: &str = "\
With --around, the window begins the given seconds before the start of the run. It ends the given
seconds after the end of the run, or after its start if the end is unknown. The window shows the
steps of the run's trace.

Examples:
  logs replay --around run-7f3a
  logs replay --around run-7f3a --seconds 300 --all
  logs replay --from 2026-03-02T10:00:00Z --to 2026-03-02T11:00:00Z --trace trace-7f3a";

/// Show steps, system records and policy events of a window, merged, oldest first
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Replay {
    /// The run at the centre of the window
    #[arg(long, value_name = "RUN", required_unless_present_any = ["from", "to"])]
    around: Option<RunId>,
    /// The seconds before and after the run
    #[arg(long, value_name = "N", default_value_t = 30, allow_negative_numbers = true, conflicts_with_all = ["from", "to"])]
    seconds: u32,
    /// The start of the window (included)
    #[arg(long, value_name = "TIME", conflicts_with = "around")]
    from: Option<Timestamp>,
    /// The end of the window (excluded)
    #[arg(long, value_name = "TIME", conflicts_with = "around")]
    to: Option<Timestamp>,
    /// The trace whose steps to show [default with --around: the trace of the run]
    #[arg(long, value_name = "TRACE")]
    trace: Option<TraceId>,
    #[command(flatten)]
    page: PageFlags,
}

impl Replay {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let query = match &self.around {
            Some(run) => self.around(session, run).await?,
            None => ReplayQuery::new(window(("--from", self.from), ("--to", self.to))?),
        };
        let query = match &self.trace {
            Some(trace) => query.trace_id(trace.clone()),
            None => query,
        };
        if !session.json() {
            writeln!(session.streams.out, "{}\n", heading(&query))?;
        }
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.get_replay_window_events(&tenant, &query, &page).await
        })
        .await
    }

    async fn around(
        &self,
        session: &mut Session<'_>,
        run_id: &RunId,
    ) -> Result<ReplayQuery, Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        let run = super::runs::find(&*store, &tenant, run_id).await?;
        let margin = i64::from(self.seconds) * MICROS;
        let last = run
            .completed_at
            .unwrap_or(run.started_at)
            .max(run.started_at);
        // The end is excluded, so this includes events exactly at that time.
        let (from, to) = (
            run.started_at.saturating_add_micros(-margin),
            last.saturating_add_micros(margin + 1),
        );
        let query = ReplayQuery::new(TimeRange::between(from, to)?);
        Ok(match store.get_trace_id_for_run(&tenant, run_id).await? {
            Some(trace) => query.trace_id(trace),
            None => query,
        })
    }
}

fn heading(query: &ReplayQuery) -> String {
    let end = |time: Option<Timestamp>, open| time.map_or_else(|| String::from(open), output::time);
    let (from, to) = (query.window.from(), query.window.to());
    let steps = match &query.trace_id {
        Some(trace) => format!("steps of {trace}"),
        None => "no trace".to_owned(),
    };
    let (from, to) = (end(from, "the beginning"), end(to, "the end"));
    output::one_line(&format!("from {from} to {to}, {steps}"))
}
