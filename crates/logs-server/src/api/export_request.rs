//! Exports that are asked for.

use logs_domain::{
    ActorId, ExportFormat, ExportScope, InvalidValue, NewLogExport, TimeRange, Timestamp,
};
use logs_facade::PendingExport;
use logs_keys::Role;

use super::PREFIX;
use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::access::Exported;
use crate::problem::Problem;
use crate::request_id::RequestId;

const PATH: &str = "/exports";
const SCOPE: &str = "scope";
const FROM: &str = "from";
const TO: &str = "to";
/// The words of [`PendingExport::SCOPES`].
const SCOPES: &[&str] = &{
    let mut words = [""; PendingExport::SCOPES.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = PendingExport::SCOPES[place].as_str();
        place += 1;
    }
    words
};

pub(super) fn routes() -> Vec<Route> {
    let summary = "Exports the records of a scope, a line each, and stores the outcome";
    let from = "Only records stored from this time on";
    let to = "Only records stored before this time, up to the settled time, which is the default";
    vec![
        Route::get("exports", PATH, summary, Schema::Lines, export)
            .post()
            .role(Role::Export)
            .with(Parameter::required(
                SCOPE,
                "The records to export",
                Schema::Word(SCOPES),
            ))
            .with(Parameter::optional(FROM, from, Schema::Time))
            .with(Parameter::optional(TO, to, Schema::Time)),
    ]
}

async fn export(call: Call) -> Result<Answered, Problem> {
    let Call { app, caller, .. } = &call;
    let scope: ExportScope = call.parameters.required(SCOPE)?;
    let from: Option<Timestamp> = call.parameters.value(FROM)?;
    let to: Option<Timestamp> = call.parameters.value(TO)?;
    let permit = app.limiter.export(caller)?;
    let settled = app.store.settled_before(&caller.tenant).await?;
    let to = to.unwrap_or(settled);
    if to > settled {
        let expected = format!("at most the settled time {settled}: new records may still appear");
        return Err(InvalidValue::new(TO, to, expected).into());
    }
    let window = TimeRange::new(from, Some(to))?;
    let ids = &app.options.ids;
    let id = ids.next_id();
    let noted = Exported {
        path: PATH,
        parameters: &call.parameters.to_json(),
        export_id: id,
        request_id: call.request_id.as_ref().map_or("-", RequestId::as_str),
    };
    let entry = noted.entry(ids.next_id(), caller)?;
    // Nobody knows who it is where there are no keys.
    let requested_by = match &caller.actor_id {
        Some(actor) => actor.clone(),
        None => ActorId::new("unknown")?,
    };
    let request = NewLogExport::new(id, scope, ExportFormat::Json, requested_by);
    let facade = &app.facade;
    let pending = facade.request_export(&caller.tenant, request, window, Some(entry));
    let body = app.downloads.start(pending.await?, permit);
    let record = format!("{PREFIX}/export?id={id}");
    Ok(Answered::download(body, record))
}
