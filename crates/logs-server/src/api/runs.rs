//! Runs.

use logs_domain::{GovernanceFilter, LlmRunFilter, RecordKind, RunId};
use logs_facade::ReplayMargin;

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const TAG: &str = "runs";

pub(super) fn routes() -> Vec<Route> {
    let envelope = Schema::Object(&["evidence", "record", "trace_id", "duration_micros"]);
    let replay = Schema::Object(&["moment", "window", "items", "complete_until"]);
    let environment = Schema::Object(&["last_changes", "truncated"]);
    let telemetry = Schema::Object(&["collected", "unknown", "never_collected"]);
    let tree = Schema::TREE;
    let entries = Schema::PageOf(RecordKind::AuditEntry);
    let id = || Parameter::required("id", "The run", Schema::Text);
    let seconds = Parameter::optional(
        "seconds",
        "How far around, 1 to 3600; default 30",
        Schema::Within(1, ReplayMargin::MAX_SECONDS),
    );
    vec![
        Route::get(
            TAG,
            "/runs",
            "Runs, newest first",
            Schema::PageOf(RecordKind::LlmRun),
            list,
        )
        .filtered_by(LlmRunFilter::NAMES, RecordKind::LlmRun)
        .paged(),
        Route::get(TAG, "/run", "A run with its evidence", envelope, one).with(id()),
        Route::get(
            TAG,
            "/run/trace",
            "The trace of a run as a tree",
            tree,
            trace,
        )
        .with(id()),
        Route::get(
            TAG,
            "/run/governance",
            "Policies, limits and incidents of a run",
            entries,
            of_run,
        )
        .with(id())
        .paged(),
        Route::get(
            TAG,
            "/run/replay",
            "What happened around the end of a run",
            replay,
            replayed,
        )
        .with(id())
        .with(seconds)
        .paged(),
        Route::get(
            TAG,
            "/run/environment",
            "The platform at the start of a run",
            environment,
            around,
        )
        .with(id()),
        Route::get(
            TAG,
            "/run/telemetry",
            "What is and is not known of a run",
            telemetry,
            known,
        )
        .with(id()),
    ]
}

async fn list(call: Call) -> Result<Answered, Problem> {
    let filter = LlmRunFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(&facade.llm_runs(&call.caller.tenant, &filter, &page).await?)
}

fn missing(id: &RunId) -> impl FnOnce() -> String {
    move || format!("the tenant has no run {id}")
}

async fn one(call: Call) -> Result<Answered, Problem> {
    let id: RunId = call.parameters.required("id")?;
    let found = call.app.facade.llm_run(&call.caller.tenant, &id).await?;
    Answered::one(found, missing(&id))
}

async fn trace(call: Call) -> Result<Answered, Problem> {
    let id: RunId = call.parameters.required("id")?;
    let tenant = &call.caller.tenant;
    let trace_id = call.app.store.get_trace_id_for_run(tenant, &id).await?;
    let trace_id = trace_id
        .ok_or_else(|| Problem::not_found(format!("the tenant has no trace of a run {id}")))?;
    let found = call.app.facade.trace(tenant, &trace_id).await?;
    Answered::one(found, || {
        format!("the trace {trace_id} of the run has no header and no steps")
    })
}

async fn of_run(call: Call) -> Result<Answered, Problem> {
    let filter = GovernanceFilter::default().run_id(call.parameters.required("id")?);
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .governance(&call.caller.tenant, &filter, &page)
            .await?,
    )
}

async fn replayed(call: Call) -> Result<Answered, Problem> {
    let id: RunId = call.parameters.required("id")?;
    let seconds = call.parameters.number("seconds")?;
    let margin = seconds
        .map(ReplayMargin::seconds)
        .transpose()?
        .unwrap_or_default();
    let page = call.page()?;
    let facade = &call.app.facade;
    let found = facade
        .replay(&call.caller.tenant, &id, margin, &page)
        .await?;
    Answered::one(found, missing(&id))
}

async fn around(call: Call) -> Result<Answered, Problem> {
    let id: RunId = call.parameters.required("id")?;
    let found = call
        .app
        .facade
        .environment(&call.caller.tenant, &id)
        .await?;
    Answered::one(found, missing(&id))
}

async fn known(call: Call) -> Result<Answered, Problem> {
    let id: RunId = call.parameters.required("id")?;
    let found = call.app.facade.telemetry(&call.caller.tenant, &id).await?;
    Answered::one(found, missing(&id))
}
