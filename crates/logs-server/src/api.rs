//! The routes under `/api/v1`.
//!
//! Ids are parameters and never parts of a path: an id may hold a slash, or be `..`.

mod answered;
mod audit;
mod call;
mod document;
mod export_request;
mod exports;
mod feed;
mod page;
mod parameters;
mod records;
mod route;
mod runs;
mod schema;
mod system;
mod traces;
mod usage;

use axum::Router;
use axum::routing::{MethodFilter, get};
use serde_json::Value;

use crate::app::App;
use route::Route;

/// What every path begins with.
pub(crate) const PREFIX: &str = "/api/v1";
/// Where the description of the routes is.
pub(crate) const DOCUMENT: &str = "/api/v1/openapi.json";

/// Every route, in the order of the description.
fn routes() -> Vec<Route> {
    [
        runs::routes(),
        traces::routes(),
        system::routes(),
        audit::routes(),
        exports::routes(),
        export_request::routes(),
        usage::routes(),
        feed::routes(),
        records::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The router of all routes.
pub(crate) fn router(app: App) -> Router {
    let mut router = Router::new().route(DOCUMENT, get(document::answer));
    for route in routes() {
        let path = format!("{PREFIX}{}", route.path);
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        router = router.route(&path, axum::routing::on(filter, route.handler(app.clone())));
    }
    router
}

/// The description of the API: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> Value {
    document::of(&routes())
}
