//! `logs runs`: calls of models.

use clap::{Args, Subcommand};
use logs_domain::{
    ExecutionStatus, LlmRunFilter, LlmRunSnapshot, LogsStore, Model, Provider, RecordSource, RunId,
    SessionId, TenantId, TraceId,
};

use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Fields, Noun};
use crate::page_flags::PageFlags;
use crate::session::Session;
use crate::window::{CreatedFlags, StartedFlags};

/// The noun for runs.
pub(crate) const NOUN: Noun = Noun::new("run", "runs");

#[derive(Debug, Subcommand)]
pub(crate) enum Runs {
    /// List runs, newest first by record time
    #[command(after_help = LIST_EXAMPLES)]
    List(Box<List>),
    /// Show one run with all its fields
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Show),
}

const LIST_EXAMPLES: &str = "\
Examples:
  logs runs list --status FAILED --limit 20
  logs runs list --model gpt-4o-mini --started-from 2026-03-02T00:00:00Z
  logs runs list --all --json | jq -s 'map(.input_tokens // 0) | add'";

const SHOW_EXAMPLES: &str = "\
Examples:
  logs runs show run-7f3a
  logs runs show run-7f3a --json";

/// Which runs.
#[derive(Args, Debug)]
pub(crate) struct RunFlags {
    /// Only the run with this id
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,
    /// Only runs of this trace
    #[arg(long, value_name = "TRACE")]
    trace: Option<TraceId>,
    /// Only runs of this conversation
    #[arg(long, value_name = "SESSION")]
    session: Option<SessionId>,
    /// Only runs that this provider served
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<Provider>,
    /// Only runs that this model answered
    #[arg(long, value_name = "MODEL")]
    model: Option<Model>,
    /// Only runs with this status
    #[arg(long, value_name = "STATUS", value_parser = one_of(ExecutionStatus::ALL, ExecutionStatus::as_str))]
    status: Option<ExecutionStatus>,
    /// Only runs that this type of client recorded
    #[arg(long, value_name = "SOURCE", value_parser = one_of(RecordSource::ALL, RecordSource::as_str))]
    source: Option<RecordSource>,
    /// Only synthetic runs (true), or only real runs (false)
    #[arg(long, value_name = "BOOL")]
    synthetic: Option<bool>,
}

impl RunFlags {
    pub(crate) fn filter(&self) -> LlmRunFilter {
        let mut filter = LlmRunFilter::default();
        filter.run_id.clone_from(&self.run);
        filter.trace_id.clone_from(&self.trace);
        filter.session_id.clone_from(&self.session);
        filter.provider.clone_from(&self.provider);
        filter.model.clone_from(&self.model);
        filter.execution_status = self.status;
        filter.source = self.source;
        filter.is_synthetic = self.synthetic;
        filter
    }
}

#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    runs: RunFlags,
    #[command(flatten)]
    started: StartedFlags,
    #[command(flatten)]
    created: CreatedFlags,
    #[command(flatten)]
    page: PageFlags,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The run
    #[arg(value_name = "RUN")]
    run: RunId,
}

impl Runs {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(session).await,
            Self::Show(show) => show.run(session).await,
        }
    }
}

impl List {
    fn filter(&self) -> Result<LlmRunFilter, Failure> {
        let filter = self.runs.filter().started(self.started.range()?);
        Ok(filter.created(self.created.range()?))
    }

    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (tenant, filter) = (session.tenant()?, self.filter()?);
        let store = session.reader().await?;
        output::list(session.output(), &self.page, NOUN, async |page| {
            store.list_llm_runs(&tenant, &filter, &page).await
        })
        .await
    }
}

impl Show {
    async fn run(&self, session: &mut Session<'_>) -> Result<(), Failure> {
        let tenant = session.tenant()?;
        let store = session.reader().await?;
        let run = find(&*store, &tenant, &self.run).await?;
        if session.json() {
            return output::json(session.output(), &run);
        }
        let trace = store.get_trace_id_for_run(&tenant, &self.run).await?;
        fields(&run, trace.as_ref()).write(session.streams.out)?;
        Ok(())
    }
}

/// The run with this id, or an error.
pub(crate) async fn find(
    store: &dyn LogsStore,
    tenant: &TenantId,
    run: &RunId,
) -> Result<LlmRunSnapshot, Failure> {
    let found = store.get_llm_run(tenant, run).await?;
    found.ok_or_else(|| {
        Failure::refused(format!(
            "tenant `{tenant}` has no run `{run}`; `logs runs list` shows what is there"
        ))
    })
}

fn fields(run: &LlmRunSnapshot, trace: Option<&TraceId>) -> Fields {
    let took = output::took_ms(run.started_at, run.completed_at);
    Fields::default()
        .add("run", &run.run_id)
        .add_optional("trace", trace)
        .add_optional("session", run.session_id.as_ref())
        .add_optional("parent run", run.parent_run_id.as_ref())
        .add("tenant", &run.tenant_id)
        .add("provider", &run.provider)
        .add("model", &run.model)
        .add("status", run.execution_status)
        .add_quantity("input", run.input_tokens, "tokens")
        .add_quantity("output", run.output_tokens, "tokens")
        .add_quantity("cost", run.cost, "USD")
        .add_time("started", run.started_at)
        .add(
            "completed",
            output::optional(run.completed_at.map(output::time)),
        )
        .add_quantity("duration", took, "ms")
        .add("source", run.source)
        .add("synthetic", if run.is_synthetic { "yes" } else { "no" })
        .add_optional("attributes", run.attributes.as_ref())
        .add_time("stored", run.created_at)
        .add("id", run.id)
}

#[cfg(test)]
mod tests {
    use logs_domain::{Draft, LlmRunSnapshot, RecordKind, TenantId, Timestamp};

    use super::fields;

    #[test]
    fn every_field_of_a_run_is_shown() {
        let json = r#"{"llm_run":{"run_id":"r","provider":"p","model":"m","source":"API",
            "execution_status":"FAILED","started_at":"2026-01-01T00:00:00Z"}}"#;
        let Draft::LlmRun(mut draft) = Draft::from_json(json).unwrap() else {
            panic!("a run");
        };
        let lines = |draft: &logs_domain::NewLlmRun| {
            let tenant = TenantId::new("t").unwrap();
            let time = Timestamp::from_micros(0).unwrap();
            let run = LlmRunSnapshot::from_parts(tenant, draft.clone(), time);
            let mut out = Vec::new();
            let trace = run.trace_id.as_ref();
            fields(&run, trace).write(&mut out).unwrap();
            String::from_utf8(out).unwrap().lines().count()
        };
        let bare = lines(&draft);
        draft.trace_id = "t".parse().ok();
        assert_eq!(lines(&draft), bare + 1);
        draft.session_id = "s".parse().ok();
        draft.parent_run_id = "r".parse().ok();
        draft.attributes = logs_domain::JsonObject::parse("{}").ok();
        // Tenant, duration, record time and id are no fields of a draft.
        assert_eq!(lines(&draft), RecordKind::LlmRun.columns().count() + 4);
    }
}
