//! Exports.

use logs_domain::{LogExportFilter, RecordId, RecordKind};

use logs_keys::Role;

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const TAG: &str = "exports";
const KIND: RecordKind = RecordKind::LogExport;

pub(super) fn routes() -> Vec<Route> {
    let routes = vec![
        Route::get(
            TAG,
            "/exports",
            "Exports, newest first",
            Schema::PageOf(KIND),
            list,
        )
        .filtered_by(LogExportFilter::NAMES, KIND)
        .paged(),
        Route::get(
            TAG,
            "/export",
            "An export with its outcome",
            Schema::OneOf(KIND),
            one,
        )
        .with(Parameter::required("id", "The export", Schema::Id)),
    ];
    let routes = routes.into_iter();
    routes.map(|route| route.role(Role::AuditRead)).collect()
}

async fn list(call: Call) -> Result<Answered, Problem> {
    let filter = LogExportFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .log_exports(&call.caller.tenant, &filter, &page)
            .await?,
    )
}

async fn one(call: Call) -> Result<Answered, Problem> {
    let id: RecordId = call.parameters.required("id")?;
    let found = call.app.facade.log_export(&call.caller.tenant, &id).await?;
    // An export that is pending has no outcome yet, so the answer may change.
    Answered::one(found, || format!("the tenant has no export {id}"))
}
