//! System records.

use logs_domain::{CorrelationId, RecordId, RecordKind, SystemRecordFilter};

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const TAG: &str = "system";
const KIND: RecordKind = RecordKind::SystemRecord;

pub(super) fn routes() -> Vec<Route> {
    let attribution = Schema::Object(&[
        "record",
        "actor",
        "audit_entries",
        "system_records",
        "has_more",
    ]);
    let list_of = || Schema::PageOf(KIND);
    let id = || Parameter::required("id", "The system record", Schema::Id);
    let correlation = Parameter::required("correlation_id", "What ties the records", Schema::Text);
    vec![
        Route::get(
            TAG,
            "/system",
            "System records of tenant and platform, newest first",
            list_of(),
            list,
        )
        .filtered_by(SystemRecordFilter::NAMES, KIND)
        .paged(),
        Route::get(
            TAG,
            "/system/record",
            "A system record",
            Schema::OneOf(KIND),
            one,
        )
        .with(id()),
        Route::get(
            TAG,
            "/system/attribution",
            "Who set off a system record",
            attribution,
            attributed,
        )
        .with(id()),
        Route::get(
            TAG,
            "/system/correlated",
            "System records by correlation, oldest first",
            list_of(),
            tied,
        )
        .with(correlation)
        .paged(),
    ]
}

async fn list(call: Call) -> Result<Answered, Problem> {
    let filter = SystemRecordFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .system_records(&call.caller.tenant, &filter, &page)
            .await?,
    )
}

fn missing(id: RecordId) -> impl FnOnce() -> String {
    move || format!("neither the tenant nor the platform has a system record {id}")
}

async fn one(call: Call) -> Result<Answered, Problem> {
    let id: RecordId = call.parameters.required("id")?;
    let found = call
        .app
        .facade
        .system_record(&call.caller.tenant, &id)
        .await?;
    Answered::record(found, missing(id))
}

async fn attributed(call: Call) -> Result<Answered, Problem> {
    let id: RecordId = call.parameters.required("id")?;
    let found = call
        .app
        .facade
        .attribution(&call.caller.tenant, &id)
        .await?;
    Answered::one(found, missing(id))
}

async fn tied(call: Call) -> Result<Answered, Problem> {
    let id: CorrelationId = call.parameters.required("correlation_id")?;
    let page = call.page()?;
    let facade = &call.app.facade;
    let found = facade.system_records_by_correlation(&call.caller.tenant, &id, &page);
    Answered::page(&found.await?)
}
