//! Traces and steps.

use logs_domain::{RecordKind, TraceFilter, TraceId, TraceStepFilter};

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const TAG: &str = "traces";

pub(super) fn routes() -> Vec<Route> {
    let tree = Schema::TREE;
    let (traces, steps) = (
        Schema::PageOf(RecordKind::Trace),
        Schema::PageOf(RecordKind::TraceStep),
    );
    vec![
        Route::get(
            TAG,
            "/traces",
            "Headers of traces, newest first",
            traces,
            list,
        )
        .filtered_by(TraceFilter::NAMES, RecordKind::Trace)
        .paged(),
        Route::get(TAG, "/trace", "A trace as a tree", tree, one).with(Parameter::required(
            "id",
            "The trace",
            Schema::Text,
        )),
        Route::get(
            TAG,
            "/steps",
            "Steps of all traces, newest first",
            steps,
            of_all,
        )
        .filtered_by(TraceStepFilter::NAMES, RecordKind::TraceStep)
        .paged(),
    ]
}

async fn list(call: Call) -> Result<Answered, Problem> {
    let filter = TraceFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(&facade.traces(&call.caller.tenant, &filter, &page).await?)
}

async fn one(call: Call) -> Result<Answered, Problem> {
    let id: TraceId = call.parameters.required("id")?;
    let found = call.app.facade.trace(&call.caller.tenant, &id).await?;
    Answered::one(found, || format!("the tenant has no trace {id}"))
}

async fn of_all(call: Call) -> Result<Answered, Problem> {
    let filter = TraceStepFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .trace_steps(&call.caller.tenant, &filter, &page)
            .await?,
    )
}
