//! The service without a network: the way from a request to its route.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use logs_domain::LogsStore;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tracing::warn;

use crate::admin;
use crate::api;
use crate::app::App;
use crate::body::counted;
use crate::cors;
use crate::options::ServerOptions;
use crate::otlp;
use crate::problem::Problem;
use crate::request_id::{self, RequestId};

/// The service over a store, without a network.
#[derive(Clone, Debug)]
pub struct Service(App);

impl Service {
    /// The service over a store. It needs a runtime, for the entries about reads.
    #[must_use]
    pub fn new(store: Arc<dyn LogsStore>, options: ServerOptions) -> Self {
        Self(App::new(store, options))
    }

    /// The routes of the service.
    pub fn router(&self) -> Router {
        router(&self.0)
    }

    /// The routes for operators: `/livez`, `/readyz`, `/metrics`.
    pub fn admin_router(&self) -> Router {
        admin::router(&self.0)
    }

    /// From now on `/readyz` says that the service is ending, so that others send their requests elsewhere.
    pub(crate) fn end(&self) {
        self.0.readiness.end();
    }

    /// Refuses new appends, finishes those that it took, ends exports in flight as failed, and stores the entries about
    /// reads of the last second. Call it before the store is closed.
    pub async fn close(&self) {
        self.0.downloads.close().await;
        let open = self.0.ingest.shutdown(self.0.options.drain).await;
        if open > 0 {
            warn!(requests = open, "appends were not finished in time");
        }
        self.0.access.close().await;
    }
}

fn router(app: &App) -> Router {
    let whole = TimeoutLayer::with_status_code(
        StatusCode::SERVICE_UNAVAILABLE,
        app.options.request_timeout,
    );
    let (origins, compressed_bytes) = (&app.options.allowed_origins, app.options.compressed_bytes);
    let cors = (!origins.is_empty()).then(|| cors::layer(origins));
    let layers = ServiceBuilder::new()
        .option_layer(cors)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app.clone(), identified))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(whole)
        .layer(RequestBodyTimeoutLayer::new(app.options.body_timeout))
        .map_request(|request: Request<_>| request.map(Body::new))
        .map_request(move |request: Request| counted(request, compressed_bytes))
        .layer(RequestDecompressionLayer::new())
        .map_request(|request: Request<_>| request.map(Body::new));
    let routes = api::router(app.clone())
        .merge(otlp::router(app))
        .merge(otlp::grpc::router(app));
    routes.fallback(unknown).layer(layers)
}

/// Gives each request an id, and each answer the id of its request.
async fn identified(
    axum::extract::State(app): axum::extract::State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(&request, &*app.options.ids);
    let begun = Instant::now();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(request_id::HEADER, id.header().clone());
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let status = response.status().as_u16();
    app.metrics
        .answered((method, route), status, begun.elapsed());
    response
}

/// The name of a method; clients cannot make new labels.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

fn panicked() -> Response {
    let title = ("urn:logs:failed", "The service failed");
    let detail = "the service has a fault; its log names this request";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, title, detail).into_response()
}

async fn unknown(request: Request) -> Problem {
    let path = request.uri().path();
    let detail = format!(
        "no route has the path {path}; GET {} lists all",
        api::DOCUMENT
    );
    Problem::not_found(detail)
}
