//! Audit entries.

use logs_domain::{AuditFilter, GovernanceFilter, RecordId, RecordKind};

use logs_keys::Role;

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const TAG: &str = "audit";
const KIND: RecordKind = RecordKind::AuditEntry;

pub(super) fn routes() -> Vec<Route> {
    let list_of = || Schema::PageOf(KIND);
    let routes = vec![
        Route::get(
            TAG,
            "/audit",
            "Audit entries, newest first",
            list_of(),
            list,
        )
        .filtered_by(AuditFilter::NAMES, KIND)
        .paged(),
        Route::get(
            TAG,
            "/audit/entry",
            "An audit entry",
            Schema::OneOf(KIND),
            one,
        )
        .with(Parameter::required("id", "The audit entry", Schema::Id)),
        Route::get(
            TAG,
            "/audit/access",
            "Who read or exported records",
            list_of(),
            access,
        )
        .filtered_by(AuditFilter::NAMES, KIND)
        .paged(),
        Route::get(
            TAG,
            "/audit/authorizations",
            "Who allowed or refused tools",
            list_of(),
            tools,
        )
        .filtered_by(AuditFilter::NAMES, KIND)
        .paged(),
        Route::get(
            TAG,
            "/governance",
            "Policies, limits and incidents, newest first",
            list_of(),
            events,
        )
        .filtered_by(GovernanceFilter::NAMES, KIND)
        .paged(),
    ];
    let routes = routes.into_iter();
    routes.map(|route| route.role(Role::AuditRead)).collect()
}

async fn list(call: Call) -> Result<Answered, Problem> {
    let filter = AuditFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .audit_entries(&call.caller.tenant, &filter, &page)
            .await?,
    )
}

async fn one(call: Call) -> Result<Answered, Problem> {
    let id: RecordId = call.parameters.required("id")?;
    let found = call
        .app
        .facade
        .audit_entry(&call.caller.tenant, &id)
        .await?;
    Answered::record(found, || format!("the tenant has no audit entry {id}"))
}

async fn access(call: Call) -> Result<Answered, Problem> {
    let filter = AuditFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(&facade.access(&call.caller.tenant, &filter, &page).await?)
}

async fn tools(call: Call) -> Result<Answered, Problem> {
    let filter = AuditFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .authorizations(&call.caller.tenant, &filter, &page)
            .await?,
    )
}

async fn events(call: Call) -> Result<Answered, Problem> {
    let filter = GovernanceFilter::from_texts(|name| call.parameters.text(name))?;
    let page = call.page()?;
    let facade = &call.app.facade;
    Answered::page(
        &facade
            .governance(&call.caller.tenant, &filter, &page)
            .await?,
    )
}
