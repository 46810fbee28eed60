//! `logs trace`: traces and their steps.

mod show;

use clap::{Args, Subcommand};
use logs_domain::{RunId, TraceFilter, TraceId, TraceStepFilter};

use crate::failure::Failure;
use crate::output::{self, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::CreatedFlags;

const NOUN: Noun = Noun::new("trace", "traces");
const STEPS: Noun = Noun::new("step", "steps");

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trace {
    #[command(subcommand)]
    command: Option<Command>,
    /// Show this trace, as `logs trace show` does
    #[arg(value_name = "TRACE")]
    trace: Option<TraceId>,
}

const EXAMPLES: &str = "\
Examples:
  logs trace trace-7f3a
  logs trace list --run run-7f3a";

#[derive(Debug, Subcommand)]
enum Command {
    /// List headers of traces, newest first by record time
    #[command(after_help = LIST_EXAMPLES)]
    List(List),
    /// Show the header of a trace, its steps in order, its cost and its duration
    #[command(after_help = show::EXAMPLES)]
    Show(show::Show),
    /// List the steps of one trace from the first to the last, page by page
    #[command(after_help = STEPS_EXAMPLES)]
    Steps(Steps),
    /// List steps of all traces, newest first by record time
    #[command(after_help = LIST_STEPS_EXAMPLES)]
    ListSteps(ListSteps),
}

const LIST_EXAMPLES: &str = "\
Examples:
  logs trace list --run run-7f3a
  logs trace list --created-from 2026-03-02T00:00:00Z --all --json";

const STEPS_EXAMPLES: &str = "\
Examples:
  logs trace steps trace-7f3a --limit 100
  logs trace steps trace-7f3a --all --json";

const LIST_STEPS_EXAMPLES: &str = "\
Examples:
  logs trace list-steps --created-from 2026-03-02T00:00:00Z --limit 100
  logs trace list-steps --trace trace-7f3a --json";

#[derive(Args, Debug)]
struct List {
    /// Only the trace with this id
    #[arg(long, value_name = "TRACE")]
    trace: Option<TraceId>,
    /// Only traces of this run
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
struct Steps {
    /// The trace
    #[arg(value_name = "TRACE")]
    trace: TraceId,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
struct ListSteps {
    /// Only steps of this trace
    #[arg(long, value_name = "TRACE")]
    trace: Option<TraceId>,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

impl Trace {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match (self.command, self.trace) {
            (Some(Command::List(list)), _) => list.run(session).await,
            (Some(Command::Show(show)), _) => show.run(session).await,
            (Some(Command::Steps(steps)), _) => steps.run(session).await,
            (Some(Command::ListSteps(steps)), _) => steps.run(session).await,
            (None, Some(trace)) => show::Show { trace }.run(session).await,
            (None, None) => Err(Failure::usage(
                "the trace is missing, see `logs trace --help`",
            )),
        }
    }
}

impl List {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let mut filter = TraceFilter::default().created(self.created.range()?);
        filter.trace_id.clone_from(&self.trace);
        filter.run_id.clone_from(&self.run);
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.list_traces(&tenant, &filter, &page).await
        })
        .await
    }
}

impl Steps {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        output::list(session.output(), &self.page, STEPS, async |page| {
            store.get_trace_steps(&tenant, &self.trace, &page).await
        })
        .await
    }
}

impl ListSteps {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let mut filter = TraceStepFilter::default().created(self.created.range()?);
        filter.trace_id.clone_from(&self.trace);
        let store = session.reader().await?;
        output::list(session.output(), &self.page, STEPS, async |page| {
            store.list_trace_steps(&tenant, &filter, &page).await
        })
        .await
    }
}
